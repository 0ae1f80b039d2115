package resendsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Settings can be changed while the simulator runs: by Server.SetSettings, on the page, or by PATCH /sim/settings.
type Settings struct {
	RateLimit      int           `json:"rateLimit"`    // requests a second of the team; 0: 5; negative: no limit
	DailyQuota     int           `json:"dailyQuota"`   // recipients a day; 0: no limit, as on paid plans
	MonthlyQuota   int           `json:"monthlyQuota"` // recipients a month; 0: no limit
	NoSuppressions bool          `json:"noSuppressions"`
	NoMetrics      bool          `json:"noMetrics"`
	HoldWebhooks   bool          `json:"holdWebhooks"` // webhooks wait until this is switched off
	LifeDelay      time.Duration `json:"-"`            // between acceptance and sent, and sent and delivered; 0: at once
	VerifyDelay    time.Duration `json:"-"`            // until the check of a domain is done; 0: with the next request
}

// usualRate is what the service gives a team without asking.
const usualRate = 5

func (s Settings) requestsPerSecond() int {
	if s.RateLimit == 0 {
		return usualRate
	}
	return s.RateLimit
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
	s.settings = settings
	s.mu.Unlock()
	s.nudge()
}

// settingsBody is how programs read and write the settings; durations are milliseconds.
type settingsBody struct {
	Settings
	LifeDelayMS   int64 `json:"lifeDelayMs"`
	VerifyDelayMS int64 `json:"verifyDelayMs"`
}

func (s *Server) getSettings(*http.Request) answer {
	now := s.Settings()
	return jsonAnswer(http.StatusOK, settingsBody{now, now.LifeDelay.Milliseconds(), now.VerifyDelay.Milliseconds()})
}

// patchSettings changes only the settings that are named.
func (s *Server) patchSettings(r *http.Request) answer {
	now := s.Settings()
	body := settingsBody{now, now.LifeDelay.Milliseconds(), now.VerifyDelay.Milliseconds()}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return invalid(fmt.Sprintf("The settings could not be read: %v", err)).answer()
	}
	body.LifeDelay = time.Duration(body.LifeDelayMS) * time.Millisecond
	body.VerifyDelay = time.Duration(body.VerifyDelayMS) * time.Millisecond
	s.SetSettings(body.Settings)
	return s.getSettings(r)
}
