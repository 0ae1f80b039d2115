package claudesim

import "time"

// Thinking modes that a model may accept.
const (
	thinkAdaptive = "adaptive"
	thinkBetween  = "between_tools"
	thinkDisabled = "disabled"
	thinkEnabled  = "enabled"
)

// Model is a model and its rules. What the models call tells is in the first part; the second are rules that clients
// meet as refusals.
type Model struct {
	ID, Name, Line         string
	Alias                  string // another id that leads to it
	Created                time.Time
	MaxInput, MaxOutput    int
	Lifecycle              string // active, deprecated or retired
	DeprecatedAt, RetireAt time.Time
	Thinking               []string // accepted types
	Effort                 []string // accepted levels

	Pool         string // models with the same pool share limits; default: its own
	MinimumCache int    // tokens of the shortest prefix that is cached
	TokenPercent int    // tokens for the same text, in percent of the older tokeniser
	Sampling     bool   // takes temperature, top_p and top_k
	Prefill      bool   // continues an assistant message
	ForcedTools  bool   // takes tool_choice any and tool
	SystemRole   bool   // takes system messages in the conversation
	Bound        bool   // thinking blocks are bound to what came before them
	OwnThinking  bool   // thinking blocks are readable only for the account that got them
	ThinksAlways bool   // without the thinking field it thinks, and text between tool calls comes as thinking
}

func day(year int, month time.Month, date int) time.Time {
	return time.Date(year, month, date, 0, 0, 0, 0, time.UTC)
}

// DefaultModels are the models that the simulator knows, newest first. Dates of release and rules are the service's;
// where the service tells sizes only to its customers, they are the simulator's own and a client must ask.
func DefaultModels() []Model {
	all, upTo := []string{"low", "medium", "high", "xhigh", "max"}, []string{"low", "medium", "high", "max"}
	newest := func(m Model) Model {
		m.Lifecycle, m.MinimumCache, m.TokenPercent, m.SystemRole, m.Bound, m.ThinksAlways, m.Effort = "active", 512, 130, true, true, true, all
		return m
	}
	return []Model{
		newest(Model{ID: "claude-haiku-5-5", Name: "Claude Haiku 5.5", Line: "haiku", Created: day(2026, 10, 7), MaxInput: 400_000, MaxOutput: 64_000,
			Thinking: []string{thinkAdaptive, thinkBetween, thinkDisabled}, ForcedTools: true, OwnThinking: true}),
		newest(Model{ID: "claude-sonnet-5-5", Name: "Claude Sonnet 5.5", Line: "sonnet", Created: day(2026, 9, 28), MaxInput: 1_000_000, MaxOutput: 128_000,
			Thinking: []string{thinkAdaptive, thinkBetween}, OwnThinking: true}),
		newest(Model{ID: "claude-opus-5-5", Name: "Claude Opus 5.5", Line: "opus", Created: day(2026, 9, 22), MaxInput: 1_000_000, MaxOutput: 128_000,
			Thinking: []string{thinkAdaptive}}),
		newest(Model{ID: "claude-fable-5-1", Name: "Claude Fable 5.1", Line: "fable", Created: day(2026, 8, 31), MaxInput: 1_000_000, MaxOutput: 128_000,
			Thinking: []string{thinkAdaptive}}),
		{ID: "claude-sonnet-5", Name: "Claude Sonnet 5", Line: "sonnet", Created: day(2026, 6, 30), MaxInput: 1_000_000, MaxOutput: 128_000, Lifecycle: "active",
			Thinking: []string{thinkAdaptive, thinkDisabled}, Effort: all, MinimumCache: 1024, TokenPercent: 130, ForcedTools: true, SystemRole: true, ThinksAlways: true},
		{ID: "claude-opus-4-8", Name: "Claude Opus 4.8", Line: "opus", Created: day(2026, 5, 28), MaxInput: 1_000_000, MaxOutput: 128_000, Lifecycle: "active", Pool: "opus-4",
			Thinking: []string{thinkAdaptive, thinkDisabled}, Effort: all, MinimumCache: 1024, TokenPercent: 130, ForcedTools: true, SystemRole: true},
		{ID: "claude-opus-4-6", Name: "Claude Opus 4.6", Line: "opus", Created: day(2026, 2, 5), MaxInput: 1_000_000, MaxOutput: 128_000, Lifecycle: "active", Pool: "opus-4",
			Thinking: []string{thinkAdaptive, thinkDisabled, thinkEnabled}, Effort: upTo, MinimumCache: 4096, TokenPercent: 100, Sampling: true, ForcedTools: true},
		{ID: "claude-haiku-4-5-20251001", Alias: "claude-haiku-4-5", Name: "Claude Haiku 4.5", Line: "haiku", Created: day(2025, 10, 15), MaxInput: 200_000, MaxOutput: 64_000,
			Lifecycle: "active", Thinking: []string{thinkDisabled, thinkEnabled}, MinimumCache: 4096, TokenPercent: 100, Sampling: true, Prefill: true, ForcedTools: true},
		{ID: "claude-sonnet-4-5-20250929", Alias: "claude-sonnet-4-5", Name: "Claude Sonnet 4.5", Line: "sonnet", Created: day(2025, 9, 29), MaxInput: 200_000, MaxOutput: 64_000,
			Lifecycle: "deprecated", DeprecatedAt: day(2026, 9, 1), RetireAt: day(2026, 11, 30), Thinking: []string{thinkDisabled, thinkEnabled}, MinimumCache: 1024,
			TokenPercent: 100, Sampling: true, Prefill: true, ForcedTools: true},
		{ID: "claude-3-opus-20240229", Name: "Claude Opus 3", Line: "opus", Created: day(2024, 2, 29), MaxInput: 200_000, MaxOutput: 4_096,
			Lifecycle: "retired", DeprecatedAt: day(2025, 6, 30), RetireAt: day(2026, 1, 5), Thinking: []string{thinkDisabled}, MinimumCache: 1024, TokenPercent: 100,
			Sampling: true, Prefill: true, ForcedTools: true},
	}
}

// SetModel adds a model or replaces the one with its id, such as to retire it.
func (s *Server) SetModel(model Model) {
	s.mu.Lock()
	defer s.mu.Unlock()
	models := append([]Model{}, s.models...)
	for i := range models {
		if models[i].ID == model.ID {
			models[i] = model
			s.models = models
			return
		}
	}
	s.models = append([]Model{model}, models...)
}

// findModel knows a model by id or alias, also a retired one.
func (s *Server) findModel(id string) (Model, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.models {
		if m.ID == id || (m.Alias != "" && m.Alias == id) {
			return m, true
		}
	}
	return Model{}, false
}

// usable is a model that may be called by name.
func (s *Server) usable(id string) (*Model, *problem) {
	m, known := s.findModel(id)
	if !known || m.Lifecycle == "retired" {
		return nil, notFound("model: " + id)
	}
	return &m, nil
}

func (m *Model) pool() string {
	if m.Pool != "" {
		return m.Pool
	}
	return m.ID
}
