package claude_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/claude"
	"github.com/renoz/renoz/internal/integration/claude/claudesim"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// world is an organisation with a person who asks a simulated Claude.
type world struct {
	*testing.T
	store  *store.Store
	claude *claude.Service
	sim    *claudesim.Server
	url    string // of the simulator
	org    crm.OrgID
	ctx    context.Context
}

func each(t *testing.T, test func(*world)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, url string) { test(newWorld(t, url)) })
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	w := &world{T: t, store: storetest.Open(t, url), sim: claudesim.New(claudesim.Options{})}
	server := httptest.NewServer(w.sim)
	t.Cleanup(server.Close)
	w.url = server.URL
	w.claude = w.service("claude-haiku-5-5")
	w.org = crm.NewID[crm.Organisation]()
	w.must(w.store.AddOrganisation(t.Context(), crm.Organisation{ID: w.org, Name: "Voltway", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30,
		YearStart: time.July, InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: time.Now()}, crm.AustralianTaxRates()))
	w.ctx = w.person("ada@voltway.example", auth.Finance)
	return w
}

// service is the assistant as one more process has it.
func (w *world) service(fallback string) *claude.Service {
	w.Helper()
	process := store.NewProcess()
	w.must(w.store.Announce(w.Context(), process))
	s := claude.New(claude.Config{URL: w.url, Key: claudesim.DefaultKey, Fallback: fallback, Store: w.store, Book: w.book(), Process: process, Transport: http.DefaultTransport,
		Log: slog.New(slog.NewTextHandler(w.Output(), nil)), Now: time.Now, Wait: func(context.Context, time.Duration) error { return nil }})
	w.Cleanup(s.Close)
	return s
}

func (w *world) book() *records.Book {
	return records.New(records.Config{Store: w.store, Authorise: func(ctx context.Context, permission string) (crm.OrgID, string, error) {
		who, err := auth.Require(ctx, auth.Permission(permission))
		return who.Org, who.Actor(), err
	}})
}

func (w *world) person(email string, role auth.Role) context.Context {
	w.Helper()
	account := auth.Account{User: crm.User{ID: crm.NewID[crm.User](), Email: email, Name: "Ada"}}
	w.must(w.store.AddUser(w.Context(), account, w.org, role))
	return auth.With(w.Context(), auth.Identity{Org: w.org, OrgName: "Voltway", User: account.ID, Name: "Ada", Email: email, Role: role})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) kind(err error, want crm.Kind) {
	w.Helper()
	if err == nil || crm.KindOf(err) != want {
		w.Errorf("want an error of kind %s, got %v", want, err)
	}
}

// will has the model answer so, one turn after the other.
func (w *world) will(turns ...claudesim.Turn) {
	w.Helper()
	w.must(w.sim.Plan(claudesim.Plan{Turns: turns}))
}

// ask begins a conversation and waits for the answer.
func (w *world) ask(question string) claude.Shown {
	w.Helper()
	c, err := w.claude.Begin(w.ctx)
	w.must(err)
	return w.goOn(c.ID, question)
}

func (w *world) goOn(id assistant.ConversationID, question string) claude.Shown {
	w.Helper()
	w.must(w.claude.Ask(w.ctx, id, question))
	return w.answered(id)
}

func (w *world) answered(id assistant.ConversationID) claude.Shown {
	w.Helper()
	w.must(w.claude.Follow(w.ctx, id, 0, func(claude.Event) error { return nil }))
	shown, err := w.claude.Conversation(w.ctx, id)
	w.must(err)
	if shown.State != assistant.Idle {
		w.Fatalf("the turn is over, and the conversation %s", shown.State)
	}
	return shown
}

func last(c claude.Shown) assistant.Message { return c.Messages[len(c.Messages)-1] }

func TestToolsAnswerTogether(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.will(
			claudesim.Answer(claudesim.Think("Two things are asked."), claudesim.Say("Let me look."), claudesim.Use("invoice_figures", nil), claudesim.Use("list_orders", map[string]any{"state": "open"})),
			claudesim.Answer(claudesim.Say("You are owed nothing, and no order is open.")),
			claudesim.Answer(claudesim.Think("Easy."), claudesim.Say("Still nothing.")),
		)
		c := w.ask("What are we owed, and which orders are open?")
		if m := last(c); !m.Complete || m.Said != "You are owed nothing, and no order is open." {
			t.Fatalf("answered %+v", m)
		}
		if len(c.Calls) != 2 || c.Calls[0].Failed || !strings.Contains(c.Calls[0].Result, `"owed_with_tax":{"amount":"0.00","currency":"AUD"}`) || c.Calls[1].State != assistant.Answered {
			t.Errorf("tools: %+v", c.Calls)
		}
		if m := last(w.goOn(c.ID, "And now?")); m.Said != "Still nothing." { // the service refuses it if a thought was changed
			t.Errorf("the second answer is %+v", m)
		}
	})
}

func TestRoleBoundsTools(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.ctx = w.person("olu@voltway.example", auth.Operations)
		w.will(claudesim.Answer(claudesim.Use("list_invoices", nil), claudesim.Use("drop_tables", nil), claudesim.Use("list_orders", map[string]any{"org": "other"})), claudesim.Answer(claudesim.Say("I may not.")))
		c := w.ask("Show me the invoices")
		for i, want := range []string{"does not include seeing invoices", "There is no tool", "The arguments do not fit"} {
			if !c.Calls[i].Failed || !strings.Contains(c.Calls[i].Result, want) {
				t.Errorf("%s answers %q, want %q", c.Calls[i].Tool, c.Calls[i].Result, want)
			}
		}
	})
}

func TestAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		fault := func(kind claudesim.FaultKind) claudesim.Turn {
			return claudesim.Turn{Blocks: []claudesim.Block{claudesim.Say("This is what was said")}, Fault: &claudesim.Fault{Kind: kind, After: 3}}
		}
		for name, x := range map[string]struct {
			turns []claudesim.Turn
			want  string // part of the problem; "": it is answered after all
		}{
			"refused":         {[]claudesim.Turn{claudesim.Refuse("general_harms")}, "does not answer"},
			"cut short":       {[]claudesim.Turn{{Blocks: []claudesim.Block{claudesim.Say("Once upon")}, Stop: "max_tokens"}}, "too long"},
			"paused":          {[]claudesim.Turn{claudesim.Pause(claudesim.Say("Well")), claudesim.Answer(claudesim.Say("Done."))}, ""},
			"overloaded once": {[]claudesim.Turn{fault(claudesim.FaultOverloaded), claudesim.Answer(claudesim.Say("Done."))}, ""},
			"key refused":     {[]claudesim.Turn{fault(claudesim.FaultKeyRefused)}, "refuses the key"},
			"no credit":       {[]claudesim.Turn{fault(claudesim.FaultBilling)}, "credit at Claude is used up"},
			"spending limit":  {[]claudesim.Turn{fault(claudesim.FaultSpendLimit)}, "spending limit"},
			"model is gone":   {[]claudesim.Turn{fault(claudesim.FaultNoModel), claudesim.Answer(claudesim.Say("Done."))}, ""},
			"stream cut":      {[]claudesim.Turn{fault(claudesim.FaultStreamCut), claudesim.Answer(claudesim.Say("Done."))}, ""},
			"error in stream": {[]claudesim.Turn{fault(claudesim.FaultStreamError), claudesim.Answer(claudesim.Say("Done."))}, ""},
			"always broken":   {[]claudesim.Turn{fault(claudesim.FaultErrorBefore), fault(claudesim.FaultErrorBefore), fault(claudesim.FaultErrorBefore)}, "fault of its own"},
		} {
			w.sim.ClearPlans()
			w.will(x.turns...)
			c := w.ask("Hello, " + name)
			if m := last(c); x.want == "" && (!m.Complete || m.Said != "Done.") || x.want != "" && (m.Complete || !strings.Contains(m.Problem, x.want)) {
				t.Errorf("%s: %+v", name, m)
			}
			if x.want != "" {
				w.sim.ClearPlans()
				w.will(claudesim.Answer(claudesim.Say("Now it works.")))
				w.must(w.claude.Again(w.ctx, c.ID))
				if m := last(w.answered(c.ID)); m.Said != "Now it works." {
					t.Errorf("%s, asked again: %+v", name, m)
				}
			}
		}
	})
}

func TestWhatCannotBeAsked(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c, err := w.claude.Begin(w.ctx)
		w.must(err)
		w.kind(w.claude.Ask(w.ctx, c.ID, "  "), crm.Invalid)
		w.kind(w.claude.Ask(w.ctx, c.ID, strings.Repeat("x", 20_001)), crm.Invalid)
		w.kind(w.claude.Again(w.ctx, c.ID), crm.Conflict)
		w.kind(w.claude.Stop(w.ctx, c.ID), crm.Conflict)
		other := w.person("eve@voltway.example", auth.Owner)
		w.kind(w.claude.Ask(other, c.ID, "Hello"), crm.NotFound)
		w.kind(w.claude.Rename(other, c.ID, "Mine"), crm.NotFound)
		w.kind(w.claude.Delete(other, c.ID), crm.NotFound)
		_, err = w.claude.Conversation(other, c.ID)
		w.kind(err, crm.NotFound)
		_, err = w.claude.Begin(auth.With(w.Context(), auth.System(w.org, "test")))
		w.kind(err, crm.Forbidden)
	})
}

// TestBudgetIsNotPassed asks at once what a budget allows only in part: what is
// spent stays within it, the ledger adds up to it, and nothing stays set aside.
func TestBudgetIsNotPassed(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		hard := assistant.Dollar / 2
		limit := assistant.Limit{Place: assistant.Place{Scope: assistant.Organisation, Span: assistant.Day}, Hard: hard, By: "test"}
		w.must(w.store.InTx(w.Context(), func(tx *store.Tx) error { return tx.SaveAssistantLimit(w.Context(), w.org, limit) }))
		w.must(w.sim.Plan(claudesim.Plan{Repeat: true, Turns: []claudesim.Turn{claudesim.Answer(claudesim.Say(strings.Repeat("Word ", 200)))}}))
		var ids []assistant.ConversationID
		for range 24 {
			c, err := w.claude.Begin(w.ctx)
			w.must(err)
			w.must(w.claude.Ask(w.ctx, c.ID, "Tell me a story"))
			ids = append(ids, c.ID)
		}
		answered, refused, spent := 0, 0, assistant.Nano(0)
		for _, id := range ids {
			c := w.answered(id)
			spent += c.Cost
			switch m := last(c); {
			case m.Complete:
				answered++
			case strings.Contains(m.Problem, "used up what the assistant may use in this day"):
				refused++
			default:
				t.Errorf("%+v", m)
			}
		}
		org, err := w.store.Organisation(w.Context(), w.org)
		w.must(err)
		count, err := w.store.AssistantCount(w.Context(), w.org, limit.Place, assistant.Day.Start(time.Now(), org.Location()))
		w.must(err)
		if answered == 0 || spent > hard || count.Spent != spent || count.Held != 0 || count.HeldTokens != 0 {
			t.Errorf("answered %d, refused %d, spent %s of %s: %+v", answered, refused, spent, hard, count)
		}
	})
}

// TestDeadProcess has another process take up a turn, and pay for the request that
// nobody read the answer of.
func TestDeadProcess(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.will(claudesim.Answer(claudesim.Use("invoice_figures", nil)),
			claudesim.Turn{Blocks: []claudesim.Block{claudesim.Say("Nobody will read this to its end.")}, Fault: &claudesim.Fault{Kind: claudesim.FaultStall, After: 1, Delay: time.Minute}},
			claudesim.Answer(claudesim.Say("You are owed nothing.")))
		c, err := w.claude.Begin(w.ctx)
		w.must(err)
		w.must(w.claude.Ask(w.ctx, c.ID, "What are we owed?"))
		_ = w.claude.Follow(w.ctx, c.ID, 0, func(e claude.Event) error { // until the answer begins
			if e.Kind == "text" {
				return context.Canceled
			}
			return nil
		})
		w.claude.Close()
		w.must(w.store.Retire(w.Context(), w.claude.Process))
		w.claude = w.service("")
		w.must(w.claude.Sweep(w.Context()))
		shown := w.answered(c.ID)
		if m := last(shown); m.Said != "You are owed nothing." || len(shown.Calls) != 1 {
			t.Errorf("%+v %+v", m, shown.Calls)
		}
		used, err := w.store.UsageOfConversation(w.Context(), w.org, c.ID)
		w.must(err)
		if !slices.ContainsFunc(used, func(u assistant.Usage) bool { return u.Estimated }) {
			t.Errorf("the ledger has no estimate: %+v", used)
		}
		dead, err := w.store.DeadHolds(w.Context())
		w.must(err)
		if len(dead) != 0 {
			t.Errorf("still set aside: %+v", dead)
		}
	})
}

func TestStopKeepsWhatWasSaid(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.will(claudesim.Turn{Blocks: []claudesim.Block{claudesim.Say(strings.Repeat("Once upon a time ", 50))}, Fault: &claudesim.Fault{Kind: claudesim.FaultStall, After: 5, Delay: time.Minute}})
		c, err := w.claude.Begin(w.ctx)
		w.must(err)
		w.must(w.claude.Ask(w.ctx, c.ID, "Tell me a story"))
		stopped := false
		w.must(w.claude.Follow(w.ctx, c.ID, 0, func(e claude.Event) error {
			if e.Kind == "text" && !stopped {
				stopped = true
				return w.claude.Stop(w.ctx, c.ID)
			}
			return nil
		}))
		shown, err := w.claude.Conversation(w.ctx, c.ID)
		w.must(err)
		if m := last(shown); m.Complete || m.Problem != "Stopped." || !strings.HasPrefix(m.Said, "Once upon") || shown.Cost == 0 {
			t.Errorf("%+v costs %s", m, shown.Cost)
		}
		w.sim.ClearPlans()
		w.will(claudesim.Answer(claudesim.Say("The end.")))
		if m := last(w.goOn(c.ID, "Go on")); m.Said != "The end." {
			t.Errorf("%+v", m)
		}
	})
}

func TestBranch(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.will(claudesim.Answer(claudesim.Think("Hm."), claudesim.Say("One.")), claudesim.Answer(claudesim.Say("Two.")), claudesim.Answer(claudesim.Say("Another two.")))
		c := w.ask("First")
		w.goOn(c.ID, "Second")
		branch, err := w.claude.Branch(w.ctx, c.ID, 2)
		w.must(err)
		shown := w.goOn(branch.ID, "Second, in other words")
		if len(shown.Messages) != 4 || last(shown).Said != "Another two." || shown.Parent == nil {
			t.Errorf("%+v", shown)
		}
		_, err = w.claude.Branch(w.ctx, c.ID, 1)
		w.kind(err, crm.Conflict)
		found, err := w.claude.Conversations(w.ctx, store.ConversationFilter{Text: "another TWO"})
		w.must(err)
		if len(found.Rows) != 1 || found.Rows[0].ID != branch.ID {
			t.Errorf("found %+v", found.Rows)
		}
	})
}
