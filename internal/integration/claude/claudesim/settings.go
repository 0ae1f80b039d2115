package claudesim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Settings can be changed while the simulator runs: by Server.SetSettings, on the page, or by PATCH /sim/settings.
type Settings struct {
	Limits     Limits            `json:"limits"`               // of every pool that has no limits of its own
	PoolLimits map[string]Limits `json:"poolLimits,omitempty"` // by the pool's name, which is the model's id for the newer ones
	OldAccount bool              `json:"oldAccount"`           // made before 31 August 2026: thinking of another conversation drops instead of being refused
	FirstToken time.Duration     `json:"-"`                    // until an answer begins
	Pace       time.Duration     `json:"-"`                    // between two events of a stream; 0: at once
	BatchTime  time.Duration     `json:"-"`                    // that a batch takes; 0: a minute
}

func (s Settings) batchTime() time.Duration {
	if s.BatchTime <= 0 {
		return time.Minute
	}
	return s.BatchTime
}

// Unlimited are settings without any limit, for tests that are about something else.
func Unlimited() Settings {
	return Settings{Limits: Limits{Requests: -1, InputTokens: -1, OutputTokens: -1}}
}

// Settings are the present ones.
func (s *Server) Settings() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings
}

// SetSettings replaces all settings.
func (s *Server) SetSettings(settings Settings) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings = settings
}

// settingsBody is how programs read and write the settings; durations are milliseconds.
type settingsBody struct {
	Settings
	FirstTokenMS int64 `json:"firstTokenMs"`
	PaceMS       int64 `json:"paceMs"`
	BatchTimeMS  int64 `json:"batchTimeMs"`
}

func settingsNow(now Settings) settingsBody {
	return settingsBody{now, now.FirstToken.Milliseconds(), now.Pace.Milliseconds(), now.batchTime().Milliseconds()}
}

func (s *Server) getSettings(*http.Request) answer {
	return jsonAnswer(http.StatusOK, settingsNow(s.Settings()))
}

// patchSettings changes only the settings that are named.
func (s *Server) patchSettings(r *http.Request) answer {
	body := settingsNow(s.Settings())
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return wrong(fmt.Errorf("the settings could not be read: %w", err))
	}
	if body.FirstTokenMS < 0 || body.PaceMS < 0 || body.BatchTimeMS < 0 {
		return wrong(fmt.Errorf("times must not be negative"))
	}
	body.FirstToken = time.Duration(body.FirstTokenMS) * time.Millisecond
	body.Pace = time.Duration(body.PaceMS) * time.Millisecond
	body.BatchTime = time.Duration(body.BatchTimeMS) * time.Millisecond
	s.SetSettings(body.Settings)
	return s.getSettings(r)
}
