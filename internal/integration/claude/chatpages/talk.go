package chatpages

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/integration/claude"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// turn is a question with all that answers it.
type turn struct {
	Number   int // of the question's message
	Question string
	Answers  []answer
	Running  bool
	Draft    string // what is being said
}

// answer is something that the assistant said, with what it looked up then.
type answer struct {
	assistant.Message
	Calls []assistant.Call
}

// last is the number of the turn's last message.
func (t turn) last() int {
	if len(t.Answers) == 0 {
		return t.Number
	}
	return t.Answers[len(t.Answers)-1].Number
}

func (t turn) id() string { return "turn-" + strconv.Itoa(t.Number) }

// whole reports whether a branch can begin behind the turn.
func (t turn) whole() bool {
	return !t.Running && len(t.Answers) > 0 && t.Answers[len(t.Answers)-1].Complete
}

// broken reports whether the turn ended without an answer.
func (t turn) broken() bool { return !t.Running && !t.whole() }

// turnsOf puts messages and uses of tools together. The results of tools are
// messages of the user's side without words of a person.
func turnsOf(s claude.Shown) []turn {
	var turns []turn
	for _, m := range s.Messages {
		switch {
		case m.From == assistant.FromUser && m.Said != "":
			turns = append(turns, turn{Number: m.Number, Question: m.Said})
		case m.From == assistant.FromAssistant && len(turns) > 0:
			a := answer{Message: m}
			for _, c := range s.Calls {
				if c.Message == m.Number {
					a.Calls = append(a.Calls, c)
				}
			}
			t := &turns[len(turns)-1]
			t.Answers = append(t.Answers, a)
		}
	}
	if n := len(turns); n > 0 && s.State == assistant.Running {
		turns[n-1].Running, turns[n-1].Draft = true, s.Draft
	}
	return turns
}

// talkView is what a conversation's page shows.
type talkView struct {
	claude.Shown
	Turns    []turn
	Question string // that could not be asked
	Problem  string
	Wrong    string
}

func (v talkView) running() bool { return v.State == assistant.Running }

func (v talkView) url(part string) string { return urlOf(v.ID) + part }

func (p *Pages) view(r *http.Request) (v talkView, err error) {
	id, err := pathID(r)
	if err != nil {
		return v, err
	}
	if v.Shown, err = p.claude.Conversation(r.Context(), id); err != nil {
		return v, err
	}
	v.Turns = turnsOf(v.Shown)
	return v, nil
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	v, err := p.view(r)
	if err != nil {
		return err
	}
	return p.showTalk(w, r, http.StatusOK, v)
}

func (p *Pages) showTalk(w http.ResponseWriter, r *http.Request, status int, v talkView) error {
	page := ui.Page{Title: title(v.Conversation), Path: home, Parents: []ui.Link{homeLink()}, Running: v.running()}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: talkPage(v)})
}

// ask says something more. What cannot be asked stays in the box.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	v, err := p.view(r)
	if err != nil {
		return err
	}
	v.Question = r.PostFormValue("question")
	err = p.claude.Ask(r.Context(), v.ID, v.Question)
	if err == nil {
		return web.Redirect(w, r, v.url(""))
	}
	status, known := refused(err, &v.Problem, &v.Wrong)
	if !known {
		return err
	}
	return p.showTalk(w, r, status, v)
}

// branch begins another conversation that shares what was said up to a message.
func (p *Pages) branch(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	most, err := strconv.Atoi(r.PostFormValue("messages"))
	if err != nil {
		return web.ErrNotFound
	}
	c, err := p.claude.Branch(r.Context(), id, most)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, urlOf(c.ID), "done", "chat-branched")
}

func (p *Pages) rename(w http.ResponseWriter, r *http.Request) error {
	v, err := p.view(r)
	if err != nil {
		return err
	}
	if err := p.claude.Rename(r.Context(), v.ID, r.PostFormValue("title")); err != nil {
		return err
	}
	return web.Redirect(w, r, v.url(""), "done", "chat-renamed")
}

// export sends a conversation as Markdown.
func (p *Pages) export(w http.ResponseWriter, r *http.Request) error {
	v, err := p.view(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/markdown; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="conversation-`+v.ID.String()+`.md"`)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(markdownOf(v))) // the reader may have left
	return nil
}

func markdownOf(v talkView) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", strings.Join(strings.Fields(title(v.Conversation)), " "))
	for _, t := range v.Turns {
		fmt.Fprintf(&b, "\n## Question\n\n%s\n\n## Answer\n", t.Question)
		for _, a := range t.Answers {
			for _, c := range a.Calls {
				fmt.Fprintf(&b, "\n*Looked up with `%s`: `%s`*\n", c.Tool, c.Input)
			}
			if a.Said != "" {
				fmt.Fprintf(&b, "\n%s\n", a.Said)
			}
			if a.Problem != "" {
				fmt.Fprintf(&b, "\n*%s*\n", a.Problem)
			}
		}
	}
	return b.String()
}

const (
	// interval bounds how often a growing answer is sent: often enough to read as
	// typing, and seldom enough that the whole of it stays cheap.
	interval = 80 * time.Millisecond
	// lookAgain is how often a turn of another process is read.
	lookAgain = time.Second
)

// events sends the turn that goes on, whole each time, until it is over.
func (p *Pages) events(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	v, err := p.view(r)
	if err != nil {
		return err
	}
	out := web.NewStream(w)
	happened := make(chan claude.Event)
	go func() {
		defer close(happened)
		_ = p.claude.Follow(ctx, v.ID, 0, func(e claude.Event) error {
			select {
			case happened <- e:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	said := ""
	for v.running() && len(v.Turns) > 0 {
		t := v.Turns[len(v.Turns)-1]
		if said != "" {
			t.Draft = said
		}
		if out.Update(ctx, turnBody(v, t)) != nil {
			return nil // the reader has left
		}
		kept, over := gather(ctx, happened, &said)
		if ctx.Err() != nil {
			return nil
		}
		if kept || over {
			if v, err = p.view(r); err != nil {
				return err
			}
		}
		if over {
			break
		}
	}
	if n := len(v.Turns); n > 0 {
		if out.Send(ctx, finished(v, v.Turns[n-1])) != nil {
			return nil // the reader has left
		}
	}
	_ = out.Event("done") // the reader may have left
	return nil
}

// gather takes in what happens for a moment: text that is added, and whether
// something was kept or the turn is over.
func gather(ctx context.Context, happened <-chan claude.Event, said *string) (kept, over bool) {
	moment := time.NewTimer(lookAgain)
	defer moment.Stop()
	first := true
	for {
		select {
		case e, more := <-happened:
			if !more {
				return true, true
			}
			switch text, isText := e.Data.(string); {
			case e.Kind == claude.EventText && isText:
				*said += text
			case e.Kind == claude.EventMessage:
				*said, kept = "", true
			case e.Kind == claude.EventEnd:
				return true, true
			default:
				kept = true
			}
			if first {
				first = false
				moment.Reset(interval)
			}
		case <-moment.C:
			return kept || first, false
		case <-ctx.Done():
			return false, false
		}
	}
}

// toolWords is what a tool is used for, such as "Find invoices" of find_invoices.
func toolWords(name string) string {
	words := strings.ReplaceAll(name, "_", " ")
	if words == "" {
		return "Tool"
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// arguments are what a tool was asked, by name.
func arguments(c assistant.Call) [][2]string {
	var given map[string]any
	if json.Unmarshal(c.Input, &given) != nil {
		return [][2]string{{"input", string(c.Input)}}
	}
	var all [][2]string
	for name, value := range given {
		text, err := json.Marshal(value)
		if err != nil {
			continue
		}
		all = append(all, [2]string{strings.ReplaceAll(name, "_", " "), strings.Trim(string(text), `"`)})
	}
	slices.SortFunc(all, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return all
}

// resultShown is how much of a result a page shows.
const resultShown = 4000

func resultText(c assistant.Call) string {
	if len(c.Result) <= resultShown {
		return c.Result
	}
	text := c.Result
	var indented bytes.Buffer
	if json.Indent(&indented, []byte(text), "", "  ") == nil { // what is cut is no JSON that the page could indent
		text = indented.String()
	}
	return strings.ToValidUTF8(text[:resultShown], "") + "\n… cut here; the assistant read all of it."
}
