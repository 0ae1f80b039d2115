package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/claude"
	"github.com/renoz/renoz/internal/store"
)

// Conversation is one person's, or one token's, conversation with the assistant.
type Conversation struct {
	ID         assistant.ConversationID  `json:"id" format:"uuid"`
	Title      string                    `json:"title"`
	Model      string                    `json:"model"`
	State      string                    `json:"state" enum:"idle,running,waiting" doc:"running: it is being answered."`
	Pinned     bool                      `json:"pinned"`
	BranchOf   *assistant.ConversationID `json:"branch_of,omitempty" format:"uuid"`
	ArchivedAt *time.Time                `json:"archived_at,omitempty"`
	CreatedAt  time.Time                 `json:"created_at"`
	UpdatedAt  time.Time                 `json:"updated_at"`
}

// ConversationDetail is a conversation with what was said.
type ConversationDetail struct {
	Conversation
	Messages []ConversationMessage `json:"messages" nullable:"false"`
	Tools    []ToolUse             `json:"tools" nullable:"false" doc:"What was looked up, in order."`
	Draft    string                `json:"draft,omitempty" doc:"What is being said, as far as it is kept."`
	Cost     string                `json:"cost" doc:"In US dollars." example:"0.001050"`
}

// ConversationMessage is something that was said.
type ConversationMessage struct {
	Number   int       `json:"number"`
	Author   string    `json:"author" enum:"user,assistant"`
	Text     string    `json:"text" doc:"Markdown, of the assistant. Empty where only tools were used."`
	Complete bool      `json:"complete" doc:"false: it was cut, stopped or refused, which problem tells."`
	Problem  string    `json:"problem,omitempty"`
	Model    string    `json:"model,omitempty"`
	At       time.Time `json:"at"`
}

// ToolUse is one use of a tool.
type ToolUse struct {
	Message int             `json:"message" doc:"That asked for it."`
	Tool    string          `json:"tool"`
	Input   json.RawMessage `json:"input"`
	State   string          `json:"state" enum:"called,proposed,answered"`
	Result  string          `json:"result,omitempty" doc:"As the model read it."`
	Failed  bool            `json:"failed"`
}

type (
	conversationPath struct {
		ID assistant.ConversationID `path:"id" format:"uuid"`
	}
	conversationQuery struct {
		Paging
		Q        string `query:"q" maxLength:"200" doc:"In the title and in what was said."`
		Archived bool   `query:"archived" doc:"Those that were archived, in place of the others."`
	}
	conversationAnswer struct{ Body ConversationDetail }
	eventQuery         struct {
		ID    assistant.ConversationID `path:"id" format:"uuid"`
		After int                      `header:"Last-Event-ID" minimum:"0" doc:"Where to go on; left out: from the beginning of the turn."`
	}
)

func (t *table) conversations() {
	row := func(id, method, path, summary string) spec {
		return spec{id: id, method: method, path: "/assistant/conversations" + path, permission: auth.AssistantUse, summary: summary, tag: "Assistant"}
	}
	begin := row("begin-conversation", http.MethodPost, "", "Begin a conversation with the assistant")
	begin.status = http.StatusCreated
	ask := row("ask", http.MethodPost, "/{id}/questions", "Ask something; the answer comes by the events")
	ask.status = http.StatusAccepted
	again := row("answer-again", http.MethodPost, "/{id}/again", "Answer the last question once more, whose answer failed or was stopped")
	again.status = http.StatusAccepted
	branch := row("branch-conversation", http.MethodPost, "/{id}/branches", "Begin another conversation that shares what was said up to a message")
	branch.status = http.StatusCreated
	add(t, row("list-conversations", http.MethodGet, "", "List one's conversations, the last used first"), t.listConversations)
	add(t, begin, t.beginConversation)
	add(t, row("get-conversation", http.MethodGet, "/{id}", "Read a conversation"), t.getConversation)
	add(t, row("change-conversation", http.MethodPatch, "/{id}", "Rename, pin or archive a conversation"), t.changeConversation)
	add(t, row("delete-conversation", http.MethodDelete, "/{id}", "Delete a conversation; it can be restored"), t.deleteConversation)
	add(t, row("restore-conversation", http.MethodPost, "/{id}/restore", "Bring a deleted conversation back"), t.restoreConversation)
	add(t, ask, t.ask)
	add(t, again, t.answerAgain)
	add(t, row("stop-answer", http.MethodPost, "/{id}/stop", "Stop the answer; what was said is kept"), t.stopAnswer)
	add(t, branch, t.branchConversation)
	events := row("follow-conversation", http.MethodGet, "/{id}/events", "Follow what is being said, as server-sent events")
	events.about = "Events are text and thinking (a JSON string, what is added), call and result (the use of a tool), message (kept; read the conversation), end."
	add(t, events, t.followConversation)
}

func showConversation(c assistant.Conversation) Conversation {
	return Conversation{c.ID, c.Title, c.Model, string(c.State), c.Pinned, c.Parent, c.ArchivedAt, c.CreatedAt, c.UpdatedAt}
}

func (a *API) listConversations(ctx context.Context, in *conversationQuery) (*listed[Conversation], error) {
	p, err := a.claude.Conversations(ctx, store.ConversationFilter{Text: in.Q, Archived: in.Archived, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, showConversation), nil
}

func (a *API) beginConversation(ctx context.Context, _ *struct{}) (*struct{ Body Conversation }, error) {
	c, err := a.claude.Begin(ctx)
	return &struct{ Body Conversation }{showConversation(c)}, err
}

func (a *API) getConversation(ctx context.Context, in *conversationPath) (*conversationAnswer, error) {
	shown, err := a.claude.Conversation(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := ConversationDetail{Conversation: showConversation(shown.Conversation), Messages: []ConversationMessage{}, Tools: []ToolUse{}, Draft: shown.Draft, Cost: shown.Cost.String()}
	for _, m := range shown.Messages {
		if m.Said != "" || m.Problem != "" {
			out.Messages = append(out.Messages, ConversationMessage{m.Number, string(m.From), m.Said, m.Complete, m.Problem, m.Model, m.At})
		}
	}
	for _, c := range shown.Calls {
		out.Tools = append(out.Tools, ToolUse{c.Message, c.Tool, c.Input, string(c.State), c.Result, c.Failed})
	}
	return &conversationAnswer{out}, nil
}

func (a *API) changeConversation(ctx context.Context, in *struct {
	ID   assistant.ConversationID `path:"id" format:"uuid"`
	Body struct {
		Title    *string `json:"title,omitempty"`
		Pinned   *bool   `json:"pinned,omitempty"`
		Archived *bool   `json:"archived,omitempty"`
	}
}) (*conversationAnswer, error) {
	if in.Body.Title != nil {
		if err := a.claude.Rename(ctx, in.ID, *in.Body.Title); err != nil {
			return nil, err
		}
	}
	if in.Body.Pinned != nil {
		if err := a.claude.Pin(ctx, in.ID, *in.Body.Pinned); err != nil {
			return nil, err
		}
	}
	if in.Body.Archived != nil {
		if err := a.claude.Archive(ctx, in.ID, *in.Body.Archived); err != nil {
			return nil, err
		}
	}
	return a.getConversation(ctx, &conversationPath{in.ID})
}

func (a *API) deleteConversation(ctx context.Context, in *conversationPath) (*struct{}, error) {
	return nil, a.claude.Delete(ctx, in.ID)
}

func (a *API) restoreConversation(ctx context.Context, in *conversationPath) (*conversationAnswer, error) {
	if err := a.claude.Restore(ctx, in.ID); err != nil {
		return nil, err
	}
	return a.getConversation(ctx, in)
}

func (a *API) ask(ctx context.Context, in *struct {
	ID   assistant.ConversationID `path:"id" format:"uuid"`
	Body struct {
		Question string `json:"question" maxLength:"20000"`
	}
}) (*begunAnswer, error) {
	return &begunAnswer{Begun{"It is being answered. Follow the events, or read the conversation until its state is idle."}}, a.claude.Ask(ctx, in.ID, in.Body.Question)
}

func (a *API) answerAgain(ctx context.Context, in *conversationPath) (*begunAnswer, error) {
	return &begunAnswer{Begun{"It is being answered again."}}, a.claude.Again(ctx, in.ID)
}

func (a *API) stopAnswer(ctx context.Context, in *conversationPath) (*struct{}, error) {
	return nil, a.claude.Stop(ctx, in.ID)
}

func (a *API) branchConversation(ctx context.Context, in *struct {
	ID   assistant.ConversationID `path:"id" format:"uuid"`
	Body struct {
		Messages int `json:"messages" minimum:"0" doc:"How many messages both share."`
	}
}) (*struct{ Body Conversation }, error) {
	c, err := a.claude.Branch(ctx, in.ID, in.Body.Messages)
	return &struct{ Body Conversation }{showConversation(c)}, err
}

func (a *API) followConversation(ctx context.Context, in *eventQuery) (*huma.StreamResponse, error) {
	if _, err := a.claude.Conversation(ctx, in.ID); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", "text/event-stream")
		hc.SetHeader("X-Accel-Buffering", "no")
		w := hc.BodyWriter()
		var control *http.ResponseController
		if answer, ok := w.(http.ResponseWriter); ok {
			control = http.NewResponseController(answer)
			_ = control.SetWriteDeadline(time.Time{}) // it outlives the server's WriteTimeout
		}
		err := a.claude.Follow(ctx, in.ID, in.After, func(e claude.Event) error {
			data, err := json.Marshal(eventData(e))
			if err != nil {
				return err
			}
			if _, err := w.Write([]byte("id: " + strconv.Itoa(e.ID) + "\nevent: " + e.Kind + "\ndata: " + string(data) + "\n\n")); err != nil {
				return err
			}
			if control != nil {
				return control.Flush()
			}
			return nil
		})
		if err != nil && ctx.Err() == nil {
			a.log.ErrorContext(ctx, "a conversation could not be followed", "error", err)
		}
	}}, nil
}

// eventData is what an event tells programs.
func eventData(e claude.Event) any {
	switch data := e.Data.(type) {
	case assistant.Message:
		return ConversationMessage{data.Number, string(data.From), data.Said, data.Complete, data.Problem, data.Model, data.At}
	case assistant.Call:
		return map[string]any{"id": data.ID, "tool": data.Tool, "input": data.Input, "result": data.Result, "failed": data.Failed}
	default:
		return data
	}
}
