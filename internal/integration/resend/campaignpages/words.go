package campaignpages

import (
	"strconv"
	"time"

	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web/ui"
)

func (v showView) mayCancel() bool {
	return !v.State.Ended() && v.State != mail.CampaignStopping && v.State != mail.CampaignLoading
}

func (v showView) startable() bool {
	return (v.State == mail.CampaignReady || v.State == mail.CampaignScheduled) && v.Waiting > 0
}

func (v showView) cancelLabel() string {
	if v.planned() {
		return "Discard"
	}
	return "Cancel"
}

func (v showView) cancelText() string {
	if v.planned() {
		return "Nothing was sent yet, and nothing will be."
	}
	return "What was sent stays sent. The " + ui.Plural(v.Waiting, "recipient", "recipients") + " that wait get nothing."
}

func (v showView) startText() string {
	text := ui.Plural(v.Waiting, "customer gets", "customers get") + " “" + v.Template + "”."
	if v.Skipped > 0 {
		text += " " + ui.Plural(v.Skipped, "is skipped.", "are skipped.")
	}
	return text + " It can be paused and cancelled on the way; what has left cannot be taken back."
}

func (v showView) lookingText() string {
	if v.State == mail.CampaignLoading {
		return "Reading the list. " + ui.Plural(v.Lines, "line", "lines") + " so far."
	}
	return "Looking at what would happen. " + ui.Plural(v.Planned, "customer", "customers") + " so far; nothing is sent."
}

// requestsASecond is Resend's usual limit for an account.
// https://resend.com/docs/api-reference/rate-limit
const requestsASecond = 5

// least is how long sending takes at least.
func (v showView) least() string {
	requests := (v.Waiting + 99) / 100
	return span(time.Duration((requests+requestsASecond-1)/requestsASecond) * time.Second)
}

func (v showView) skippedNote() string {
	if v.Skipped == 0 {
		return ""
	}
	return "of " + ui.Thousands(v.Total) + " found"
}

func (v showView) sentNote() string {
	if n := v.Arrived(); n > 0 {
		return ui.Thousands(n) + " arrived"
	}
	return ""
}

func (v showView) cancelledNote() string {
	if v.Cancelled == 0 {
		return ""
	}
	return ui.Thousands(v.Cancelled) + " cancelled"
}

func (v showView) bouncedNote() string {
	if n := v.Mails[mail.Bounced]; n > 0 {
		return ui.Thousands(n) + " of those sent bounced"
	}
	return ""
}

// paceText says how fast a campaign is and when it ends.
func (v showView) paceText() string {
	switch v.State {
	case mail.CampaignRunning:
		if v.Held != "" || v.Rate < 1 {
			return "Waiting for its turn"
		}
		return ui.Thousands(int(v.Rate)) + " a minute · about " + span(v.Left) + " left"
	case mail.CampaignPaused:
		return "Paused; what waits is not sent"
	case mail.CampaignStopping:
		return "What is on its way ends"
	}
	return "Took " + span(v.Took)
}

func (v showView) limitText() string {
	if on := v.Allowance.GoesOn(); !on.IsZero() {
		return "Reached. It goes on at " + on.In(v.org).Format("15:04 on Monday 2 January")
	}
	left, _ := v.Allowance.Left()
	return ui.Plural(left, "more mail", "more mails") + " may leave now; other mail does not count"
}

func used(n, limit int) string { return ui.Thousands(n) + " of " + ui.Thousands(limit) }

func (v showView) badText() string {
	text := ui.Thousands(v.Campaign.BadLines) + " of " + ui.Plural(v.Lines, "line", "lines") + ". The others are kept."
	if v.Campaign.BadLines > len(v.BadLines) {
		return text + " The first " + strconv.Itoa(len(v.BadLines)) + ":"
	}
	return text
}

func (v showView) listText() string {
	if v.planned() {
		return "What would become of each"
	}
	return "What became of each"
}

func outcomeOptions() []ui.Option {
	var options []ui.Option
	for _, o := range mail.Outcomes() {
		options = append(options, ui.Option{Value: string(o), Label: o.Label()})
	}
	return options
}

func outcomeLevel(o mail.Outcome) ui.Level {
	if o == mail.Outcome(mail.RecipientWaiting) || o == mail.Outcome(mail.RecipientSkipped) {
		return ""
	}
	return ui.StateLevel(string(o))
}

func outcomeLabel(v showView, o mail.Outcome) string {
	if v.planned() && o == mail.Outcome(mail.RecipientWaiting) {
		return "Would get it"
	}
	return o.Label()
}

// recipientURL is the mail of a recipient, or the customer.
func recipientURL(_ showView, r mail.Recipient) string {
	if r.Mail != nil {
		return "/mail/" + r.Mail.String()
	}
	return "/customers/" + r.Customer.String()
}

func recipientAddress(r mail.Recipient) string {
	if r.Address == "" {
		return "no address"
	}
	return r.Address
}

// span is a length of time in words, such as "2 min 5 s".
func span(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d < time.Minute:
		return strconv.Itoa(int(d.Seconds())) + " s"
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes())) + " min " + strconv.Itoa(int(d.Seconds())%60) + " s"
	default:
		return strconv.Itoa(int(d.Hours())) + " h " + strconv.Itoa(int(d.Minutes())%60) + " min"
	}
}
