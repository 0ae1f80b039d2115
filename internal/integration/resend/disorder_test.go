package resend_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// disorderEvents is how many events are told in disorder: as many as
// RENOZ_TEST_DISORDER says, such as 100,000, and fewer otherwise.
func disorderEvents() int {
	if n, err := strconv.Atoi(os.Getenv("RENOZ_TEST_DISORDER")); err == nil {
		return n
	}
	return storetest.Size(1500, 500)
}

// TestDisorder tells the lives of many mails twice: in order, and shuffled, three
// times each, a tenth of the mails before they are known, while processes die.
// All ends the same.
func TestDisorder(t *testing.T) {
	t.Parallel()
	events := disorderEvents()
	storetest.EachURL(t, func(t *testing.T, url string) {
		lives := newLives(events, 2026)
		ordered := newTelling(t, freshURL(t, url), lives)
		ordered.inOrder()
		shuffled := newTelling(t, url, lives)
		shuffled.inDisorder()
		ordered.equal(shuffled)
	})
}

// freshURL is another database of the same engine.
func freshURL(t testing.TB, url string) string {
	if store.IsPostgres(url) {
		return storetest.PostgresURL(t)
	}
	return t.TempDir() + "/ordered.db"
}

// BenchmarkDisorder tells events in disorder and reports how many a second are
// taken in, and looked at:
//
//	RENOZ_TEST_DISORDER=100000 scripts/with-postgres go test -run '^$' -bench Disorder -benchtime 1x ./internal/integration/resend
func BenchmarkDisorder(b *testing.B) {
	events := disorderEvents()
	storetest.EachURLOf(b, func(b *testing.B, url string) {
		for b.Loop() {
			shuffled := newTelling(b, url, newLives(events, 2026))
			shuffled.inDisorder()
			b.ReportMetric(float64(shuffled.posted)/shuffled.posting.Seconds(), "kept/s")
			b.ReportMetric(float64(events)/shuffled.looking.Seconds(), "looked/s")
			b.ReportMetric(0, "ns/op")
		}
	})
}

// lives are what becomes of mails: life n is that of the mail with subject n.
type lives struct {
	to     []string
	events [][]hook // without ids of mails
}

// early reports whether a mail is told of before it is known.
func early(n int) bool { return n%10 == 0 }

func newLives(events int, seed uint64) lives {
	l := lives{}
	random := rand.New(rand.NewPCG(seed, 1))
	begun := time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)
	mails := events / 10
	for told := 0; told < events; {
		n := len(l.to)
		to := fmt.Sprintf("shared%d@acme.example", random.IntN(mails/8+1))
		if early(n) { // what is told of it must not keep mails from leaving that others are about
			to = fmt.Sprintf("own%d@acme.example", n)
		}
		life := newLife(random, begun.Add(time.Duration(random.IntN(20*24*3600))*time.Second))
		for i := range life {
			life[i].id, life[i].to = fmt.Sprintf("msg_%d_%d", n, i), to
		}
		life = life[:min(len(life), events-told)]
		told += len(life)
		l.to, l.events = append(l.to, to), append(l.events, life)
	}
	return l
}

// newLife is what becomes of one mail, ten events on average.
func newLife(random *rand.Rand, at time.Time) (life []hook) {
	add := func(kind string, more map[string]any) {
		at = at.Add(time.Duration(random.IntN(3)*random.IntN(60_000)) * time.Millisecond)
		life = append(life, hook{kind: kind, at: at, more: more})
	}
	add("sent", nil)
	for range random.IntN(3) {
		add("delivery_delayed", nil)
	}
	switch n := random.IntN(100); {
	case n < 8:
		add("bounced", bounced("Permanent"))
	case n < 20:
		add("bounced", bounced("Transient"))
	case n < 23:
		add("bounced", bounced("Undetermined"))
	case n < 25:
		add("failed", map[string]any{"failed": map[string]string{"reason": "reached_daily_quota"}})
	case n < 30:
		add("suppressed", map[string]any{"suppressed": map[string]string{"type": "OnAccountSuppressionList", "reason": "previous_bounce", "message": "on the list"}})
	}
	add("delivered", nil)
	for range random.IntN(8) {
		add("opened", nil)
	}
	for range random.IntN(6) {
		link := fmt.Sprintf("https://a.example/%d", random.IntN(3))
		if add("clicked", clicked(link, browser)); random.IntN(3) == 0 { // a burst
			life = append(life, hook{kind: "clicked", at: at.Add(time.Duration(random.IntN(1500)) * time.Millisecond), more: clicked(link+"x", browser)})
		}
	}
	if random.IntN(12) == 0 {
		add("complained", nil)
	}
	return life
}

// telling is a world in which lives are told.
type telling struct {
	*world
	lives
	hooks   http.Handler
	ids     []mail.ID
	remotes []string
	random  *rand.Rand
	before  func(numbers []int) // called when mails are accepted and nobody knows it yet

	posted           int
	posting, looking time.Duration
}

func newTelling(t testing.TB, url string, l lives) *telling {
	t.Helper()
	w := newWorld(t, url, resendsim.Settings{RateLimit: -1})
	o := &telling{world: w, lives: l, remotes: make([]string, len(l.to)), random: rand.New(rand.NewPCG(1, 2)), before: func([]int) {}}
	source, err := resend.NewWebhooks([]resendapi.Secret{secret})
	w.must(err)
	in := inbox.New(inbox.Config{Store: w.store, Log: slog.New(slog.DiscardHandler), Now: w.clock.Now})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- in.Run(ctx) }()
	w.Cleanup(func() {
		stop()
		w.must(<-done)
	})
	o.hooks = in.Handler(resend.Name, source)
	drafts := make([]resend.Draft, len(l.to))
	for n, to := range l.to {
		drafts[n] = draft(to)
		drafts[n].Subject = strconv.Itoa(n)
	}
	o.ids = w.queue(drafts...)
	return o
}

// send pushes all mails, and learns their ids before the program does.
func (o *telling) send() {
	o.Helper()
	sender := o.service(roundTrip(func(r *http.Request) (*http.Response, error) {
		asked, err := r.GetBody()
		o.must(err)
		answer, err := http.DefaultTransport.RoundTrip(r)
		o.must(err)
		said, err := io.ReadAll(answer.Body)
		o.must(err)
		answer.Body = io.NopCloser(bytes.NewReader(said))
		o.before(o.learn(asked, said))
		return answer, nil
	}))
	o.must(ignoreSnooze(sender.Push(o.ctx, resend.PushArgs{Org: o.org})))
	if slices.Contains(o.remotes, "") {
		o.Fatal("not all mails have left")
	}
}

func (o *telling) learn(asked io.Reader, said []byte) (numbers []int) {
	o.Helper()
	var batch []struct{ Subject string }
	var answer struct{ Data []struct{ ID string } }
	request, err := io.ReadAll(asked)
	o.must(err)
	if request[0] != '[' {
		request = append(append([]byte{'['}, request...), ']')
		said = append(append([]byte(`{"data":[`), said...), []byte(`]}`)...)
	}
	o.must(json.Unmarshal(request, &batch))
	o.must(json.Unmarshal(said, &answer))
	for i, one := range batch {
		n, err := strconv.Atoi(one.Subject)
		o.must(err)
		o.remotes[n] = answer.Data[i].ID
		numbers = append(numbers, n)
	}
	return numbers
}

// of are the webhooks about a mail.
func (o *telling) of(n int) []hook {
	all := slices.Clone(o.events[n])
	for i := range all {
		all[i].remote = o.remotes[n]
		if !early(n) {
			all[i].tag = o.ids[n]
		}
	}
	return all
}

func (o *telling) inOrder() {
	o.Helper()
	o.send()
	var all []hook
	for n := range o.to {
		all = append(all, o.of(n)...)
	}
	slices.SortStableFunc(all, func(a, b hook) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	for batch := range slices.Chunk(all, 500) {
		o.keep(batch)
		o.must(o.mail.Look(o.ctx))
	}
}

// keep files webhooks in their order, past the inbox.
func (o *telling) keep(batch []hook) {
	o.Helper()
	var events []inbox.Event
	for _, h := range batch {
		parsed, err := resend.Webhooks{}.Parse(http.Header{"Svix-Id": {h.id}}, h.body())
		o.must(err)
		e, now := parsed[0], o.clock.Now()
		e.ID, e.Service, e.State, e.ReceivedAt, e.DueAt = crm.NewID[crm.Event](), resend.Name, inbox.Received, now, now
		events = append(events, e)
	}
	storetest.Keep(o.TB, o.store, events)
}

func (o *telling) inDisorder() {
	o.Helper()
	thrice := func(numbers []int) (all []hook) {
		for _, n := range numbers {
			for range 3 {
				all = append(all, o.of(n)...)
			}
		}
		o.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		return all
	}
	o.before = func(numbers []int) {
		all := thrice(slices.DeleteFunc(numbers, func(n int) bool { return !early(n) }))
		o.post(all[:len(all)*2/3], 8) // the rest comes after the mails are known
		o.settle(o.mortal())
		o.post(all[len(all)*2/3:], 8)
	}
	o.send()
	var late []int
	for n := range o.to {
		if !early(n) {
			late = append(late, n)
		}
	}
	for all := thrice(late); len(all) > 0; {
		some := min(1+o.random.IntN(5000), len(all))
		o.post(all[:some], 8)
		all = all[some:]
		o.settle(o.mortal())
	}
	o.settle(o.mail)
}

// post brings webhooks to the inbox, so many at once.
func (o *telling) post(all []hook, atOnce int) {
	o.Helper()
	begun := time.Now()
	work := make(chan hook)
	var group sync.WaitGroup
	for range atOnce {
		group.Go(func() {
			for h := range work {
				body, now := h.body(), o.clock.Now()
				r := httptest.NewRequest(http.MethodPost, "/webhooks/resend", bytes.NewReader(body))
				r.Header.Set("Svix-Id", h.id)
				r.Header.Set("Svix-Timestamp", strconv.FormatInt(now.Unix(), 10))
				r.Header.Set("Svix-Signature", resendsim.Sign(secret, h.id, now, body))
				answer := httptest.NewRecorder()
				if o.hooks.ServeHTTP(answer, r); answer.Code != http.StatusOK {
					o.Errorf("%s: %d", h.id, answer.Code)
				}
			}
		})
	}
	for _, h := range all {
		work <- h
	}
	close(work)
	group.Wait()
	o.posted, o.posting = o.posted+len(all), o.posting+time.Since(begun)
}

// mortal is a process that dies amid its work: in the middle of a transaction,
// since it asks for the time of each webhook.
func (o *telling) mortal() *resend.Service {
	o.Helper()
	if o.random.IntN(3) > 0 {
		return o.mail
	}
	s := o.service(http.DefaultTransport)
	left, now := 1+o.random.IntN(600), s.Now
	s.Now = func() time.Time {
		if left--; left == 0 {
			panic(death{})
		}
		return now()
	}
	return s
}

type death struct{}

// settle has a process look at what came in; when it dies, another one does.
func (o *telling) settle(s *resend.Service) {
	o.Helper()
	for more := true; more; {
		var err error
		more, err = o.store.FileBatches(o.ctx)
		o.must(err)
	}
	begun := time.Now()
	defer func() { o.looking += time.Since(begun) }()
	if died := o.lookOr(s); !died {
		return
	}
	o.must(o.store.Retire(o.ctx, s.Process))
	if o.random.IntN(2) == 0 {
		o.must(o.mail.Look(o.ctx))
	}
}

func (o *telling) lookOr(s *resend.Service) (died bool) {
	o.Helper()
	defer func() {
		if cause := recover(); cause != nil {
			if _, died = cause.(death); !died {
				panic(cause)
			}
		}
	}()
	o.must(s.Look(o.ctx))
	return false
}

// end is what is left of a mail and its address.
type end struct {
	State      mail.State
	Problem    mail.Problem
	Times      mail.Times
	Events     int
	Suppressed mail.Reason
}

func (o *telling) ends() []end {
	o.Helper()
	all := make([]end, len(o.ids))
	for n, id := range o.ids {
		m := o.message(id)
		told, err := o.store.MailEvents(o.ctx, id)
		o.must(err)
		all[n] = end{m.State, m.Problem, m.Times, len(told), o.suppressed(m.Recipient)}
	}
	return all
}

func (o *telling) equal(other *telling) {
	o.Helper()
	mine, theirs, differ := o.ends(), other.ends(), 0
	kinds, suppressed, byPeople := map[mail.State]int{}, map[mail.Reason]int{}, 0
	for n := range mine {
		if len(o.events[n]) != mine[n].Events || !reflect.DeepEqual(mine[n], theirs[n]) {
			if differ++; differ < 5 {
				o.Errorf("mail %d of %d events\n in order:    %+v\n in disorder: %+v", n, len(o.events[n]), mine[n], theirs[n])
			}
		}
		kinds[mine[n].State]++
		suppressed[mine[n].Suppressed]++
		if mine[n].Times.ClickedByPerson != nil {
			byPeople++
		}
	}
	if differ > 0 {
		o.Errorf("%d of %d mails differ", differ, len(mine))
	}
	for _, facet := range []mail.Facet{mail.Overall, mail.ByCategory, mail.ByDomain, mail.ByBounce} {
		if a, b := o.figures(facet), other.figures(facet); !maps.Equal(a, b) || len(a) == 0 {
			o.Errorf("figures by %s\n in order:    %v\n in disorder: %v", facet, a, b)
		}
	}
	o.Logf("%d mails, %d deliveries kept at %.0f a second, looked at %.0f events a second; %v, suppressed %v, %d clicked by people", len(mine), other.posted,
		float64(other.posted)/other.posting.Seconds(), float64(other.posted)/3/other.looking.Seconds(), kinds, suppressed, byPeople)
}

// figures are what became of all mail, by a facet.
func (o *telling) figures(by mail.Facet) map[string]mail.Figures {
	o.Helper()
	sums, err := o.store.FiguresOf(o.ctx, o.org, store.FigureFilter{Facet: by, First: crm.NewDay(2026, 11, 1), Last: crm.NewDay(2027, 1, 31)})
	o.must(err)
	return sums
}
