package resendapi

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestFrozenBytesAreSentAsTheyAre(t *testing.T) {
	t.Parallel()
	server := newScript(t, step{status: 500}, jsonOK(`{"id":"e1"}`))
	client := server.client(Config{})
	frozen := " \n" + fullEncoded + "\n"
	if _, err := client.SendEncoded(t.Context(), "eml-1-v1", []byte(frozen)); KindOf(err) != KindRetry || !MayHaveGone(err) {
		t.Fatalf("the error is %v", err)
	}
	id, err := client.SendEncoded(t.Context(), "eml-1-v1", []byte(frozen))
	if err != nil || id != "e1" {
		t.Fatalf("%s, %v", id, err)
	}
	for _, request := range server.heard(t, 2) {
		if request.body != frozen || request.header.Get("Idempotency-Key") != "eml-1-v1" || request.path != "/emails" ||
			request.header.Get("Content-Type") != "application/json" {
			t.Errorf("heard %+v", request)
		}
	}
}

func TestRequestsThatAreNotMade(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	c := server.client(Config{})
	ctx := t.Context()
	single, batch := []byte(fullEncoded), []byte(`[{}]`)
	for name, call := range map[string]func() error{
		"no key":          func() error { _, err := c.SendEncoded(ctx, "", single); return err },
		"long key":        func() error { _, err := c.SendEncoded(ctx, strings.Repeat("k", 257), single); return err },
		"odd key":         func() error { _, err := c.SendEncoded(ctx, "a\nb", single); return err },
		"no bytes":        func() error { _, err := c.SendEncoded(ctx, "k", nil); return err },
		"batch as one":    func() error { _, err := c.SendEncoded(ctx, "k", batch); return err },
		"one as batch":    func() error { _, err := c.SendBatchEncoded(ctx, "k", single, Strict); return err },
		"empty batch":     func() error { _, err := c.SendBatchEncoded(ctx, "k", []byte(`[]`), Strict); return err },
		"broken batch":    func() error { _, err := c.SendBatchEncoded(ctx, "k", []byte(`[{}`), Strict); return err },
		"no validation":   func() error { _, err := c.SendBatchEncoded(ctx, "k", batch, ""); return err },
		"batch without a": func() error { _, err := c.SendBatchEncoded(ctx, "", batch, Strict); return err },
		"no id":           func() error { _, err := c.Email(ctx, ""); return err },
		"climbing id":     func() error { return c.Cancel(ctx, "..") },
		"from before":     func() error { _, err := c.Attempts(ctx, "w", "e", Query{Before: "a"}); return err },
		"both ends":       func() error { _, err := c.Emails(ctx, Query{After: "a", Before: "b"}); return err },
		"101 rows":        func() error { _, err := c.Emails(ctx, Query{Limit: 101}); return err },
		"no addresses":    func() error { _, err := c.AddSuppressions(ctx, nil); return err },
		"101 addresses":   func() error { _, err := c.RemoveSuppressions(ctx, make([]string, 101)); return err },
		"no address":      func() error { _, err := c.AddSuppression(ctx, ""); return err },
		"nameless domain": func() error { _, err := c.CreateDomain(ctx, NewDomain{}); return err },
		"no events":       func() error { _, err := c.CreateEndpoint(ctx, "https://x.test", nil); return err },
		"101 filters":     func() error { _, err := c.EmailMetrics(ctx, MetricsQuery{EmailIDs: make([]string, 101)}); return err },
	} {
		err := call()
		if failure := asError(err); failure == nil || failure.Kind != KindBug || !failure.NotSent() || failure.MayHaveGone() {
			t.Errorf("%s gives %v", name, err)
		}
	}
	server.heard(t, 0)
}

func TestBatchResults(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		answer string
		want   []BatchItem
	}{
		"all":           {`{"data":[{"id":"a"},{"id":"b"},{"id":"c"}]}`, []BatchItem{{EmailID: "a"}, {EmailID: "b"}, {EmailID: "c"}}},
		"first refused": {`{"data":[{"id":"b"},{"id":"c"}],"errors":[{"index":0,"message":"bad"}]}`, []BatchItem{{Refusal: "bad"}, {EmailID: "b"}, {EmailID: "c"}}},
		"two refused": {`{"data":[{"id":"b"}],"errors":[{"index":2,"message":"worse"},{"index":0,"message":""}]}`,
			[]BatchItem{{Refusal: "Resend refused it and did not say why."}, {EmailID: "b"}, {Refusal: "worse"}}},
		"twice refused": {`{"data":[{"id":"a"},{"id":"c"}],"errors":[{"index":1,"message":"x"},{"index":1,"message":"y"}]}`,
			[]BatchItem{{EmailID: "a"}, {Refusal: "x y"}, {EmailID: "c"}}},
		"all refused": {`{"data":[],"errors":[{"index":0,"message":"x"},{"index":1,"message":"y"},{"index":2,"message":"z"}]}`,
			[]BatchItem{{Refusal: "x"}, {Refusal: "y"}, {Refusal: "z"}}},
		"one too few":      {`{"data":[{"id":"a"},{"id":"b"}]}`, nil},
		"one too many":     {`{"data":[{"id":"a"},{"id":"b"},{"id":"c"}],"errors":[{"index":1,"message":"x"}]}`, nil},
		"unknown place":    {`{"data":[{"id":"a"},{"id":"b"}],"errors":[{"index":3,"message":"x"}]}`, nil},
		"negative place":   {`{"data":[{"id":"a"},{"id":"b"}],"errors":[{"index":-1,"message":"x"}]}`, nil},
		"no place":         {`{"data":[{"id":"a"},{"id":"b"}],"errors":[{"message":"x"}]}`, nil},
		"empty id":         {`{"data":[{"id":"a"},{},{"id":"c"}]}`, nil},
		"nothing":          {`{}`, nil},
		"another shape":    {`{"data":{"id":"a"}}`, nil},
		"something else":   {`[]`, nil},
		"place as a text":  {`{"data":[{"id":"a"},{"id":"b"}],"errors":[{"index":"1","message":"x"}]}`, nil},
		"null among these": {`{"data":[{"id":"a"},null,{"id":"c"}]}`, nil},
	}
	for name, c := range cases {
		server := newScript(t, jsonOK(c.answer))
		items, err := server.client(Config{}).SendBatch(t.Context(), "key", []Message{someMessage(), someMessage(), someMessage()}, Permissive)
		if c.want == nil {
			if KindOf(err) != KindUnknown || CodeOf(err) != CodeUnreadable || !MayHaveGone(err) {
				t.Errorf("%s gives %v, %v", name, items, err)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(items, c.want) {
			t.Errorf("%s gives %+v, %v", name, items, err)
		}
		if request := server.heard(t, 1)[0]; request.header.Get("X-Batch-Validation") != "permissive" || request.path != "/emails/batch" {
			t.Errorf("heard %+v", request)
		}
	}
}

func TestAnswerWithoutID(t *testing.T) {
	t.Parallel()
	_, err := newScript(t, jsonOK(`{}`)).client(Config{}).Send(t.Context(), "key", someMessage())
	if KindOf(err) != KindUnknown || !MayHaveGone(err) {
		t.Errorf("the error is %v", err)
	}
}

func TestPagesOfEmails(t *testing.T) {
	t.Parallel()
	page := `{"object":"list","has_more":true,"data":[{"id":"e9","to":"jo@x.test","created_at":"2026-11-22 10:00:00.5+00"},{"id":"e8","to":["a@x.test"],"created_at":"2026-11-22T10:00:00+11:00"}]}`
	server := newScript(t, jsonOK(page), jsonOK(`{"object":"list","has_more":false,"data":[]}`), jsonOK(page), jsonOK(`{"object":"list"}`))
	client := server.client(Config{})
	first, err := client.Emails(t.Context(), Query{Limit: 2})
	if err != nil || !first.HasMore || first.Next != "e8" || first.Records[0].To[0] != "jo@x.test" ||
		!first.Records[0].CreatedAt.Equal(testNow.Add(500*time.Millisecond)) || !first.Records[1].CreatedAt.Equal(testNow.Add(-11*time.Hour)) {
		t.Fatalf("%+v, %v", first, err)
	}
	last, err := client.Emails(t.Context(), Query{Limit: 2, After: first.Next})
	if err != nil || last.HasMore || last.Next != "" || len(last.Records) != 0 {
		t.Errorf("%+v, %v", last, err)
	}
	before, err := client.Emails(t.Context(), Query{Before: "e7"})
	if err != nil || before.Next != "" {
		t.Errorf("%+v, %v", before, err)
	}
	if _, err = client.Emails(t.Context(), Query{}); KindOf(err) != KindRetry || CodeOf(err) != CodeUnreadable {
		t.Errorf("a list without data gives %v", err)
	}
	heard := server.heard(t, 4)
	if got := asJSON(t, heard[1].query); got != `{"after":["e8"],"limit":["2"]}` {
		t.Errorf("asked with %s", got)
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Time{
		`"2023-04-03 22:13:42.674981+00"`:    time.Date(2023, 4, 3, 22, 13, 42, 674_981_000, time.UTC),
		`"2023-10-06 23:47:56+05:30"`:        time.Date(2023, 10, 6, 18, 17, 56, 0, time.UTC),
		`"2026-02-22T23:41:11.894719+00:00"`: time.Date(2026, 2, 22, 23, 41, 11, 894_719_000, time.UTC),
		`"2026-02-22T23:41:12.126Z"`:         time.Date(2026, 2, 22, 23, 41, 12, 126_000_000, time.UTC),
		`null`:                               {}, `""`: {},
	} {
		var got Time
		if err := got.UnmarshalJSON([]byte(text)); err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s reads as %v, %v", text, got, err)
		}
	}
	for _, text := range []string{`"yesterday"`, `7`, `{}`, `"2026-11-22"`, `"0000-01-01T00:00:00Z"`} {
		if err := new(Time).UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}

func TestSuppressionsNotOffered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		got  step
		want Kind
	}{
		"unknown address": {step{status: 404, body: `{"statusCode":404,"name":"not_found","message":"The requested endpoint does not exist."}`}, KindNotOffered},
		"page":            {step{status: 404, body: `<html>404</html>`}, KindNotOffered},
		"method":          {named(405, NameMethod), KindNotOffered},
		"private beta":    {step{status: 403, body: `{"statusCode":403,"name":"invalid_access","message":"This feature is in private beta."}`}, KindNotOffered},
		"no such row":     {step{status: 404, body: `{"statusCode":404,"name":"not_found","message":"Suppression not found"}`}, KindNotFound},
		"restricted key":  {named(401, NameKeyRestricted), KindStopKey},
		"refused key":     {named(403, NameKeyRefused), KindStopKey},
	} {
		server := newScript(t, c.got, c.got, c.got, c.got)
		client := server.client(Config{})
		_, listed := client.Suppressions(t.Context(), OriginBounce, Query{})
		_, read := client.Suppression(t.Context(), "jo@x.test")
		_, added := client.AddSuppression(t.Context(), "jo@x.test")
		_, attempts := client.Attempts(t.Context(), "w1", "msg_1", Query{})
		for _, err := range []error{listed, read, added, attempts} {
			if KindOf(err) != c.want || MayHaveGone(err) {
				t.Errorf("%s gives %v", name, err)
			}
		}
	}
}

func TestAddressesInPathsAreEscaped(t *testing.T) {
	t.Parallel()
	server := newScript(t, jsonOK(`{}`))
	if err := server.client(Config{}).RemoveSuppression(t.Context(), "a/b?c+d@x.test"); err != nil {
		t.Fatal(err)
	}
	if got := server.heard(t, 1)[0].path; got != "/suppressions/a%2Fb%3Fc+d@x.test" {
		t.Errorf("asked for %s", got)
	}
}

func TestSuppressionChanges(t *testing.T) {
	t.Parallel()
	server := newScript(t, step{status: 201, body: `{"data":[{"object":"suppression","id":"s1"},{"id":"s2"}]}`},
		jsonOK(`{"data":[{"id":"s1","deleted":true},{"id":"s2","deleted":false}]}`), jsonOK(`{"data":[]}`))
	client := server.client(Config{})
	added, err := client.AddSuppressions(t.Context(), []string{"a@x.test", "b@x.test"})
	if err != nil || !reflect.DeepEqual(added, []string{"s1", "s2"}) {
		t.Errorf("%v, %v", added, err)
	}
	removed, err := client.RemoveSuppressionsByID(t.Context(), []string{"s1", "s2"})
	if err != nil || !reflect.DeepEqual(removed, []string{"s1"}) {
		t.Errorf("%v, %v", removed, err)
	}
	if _, err := client.RemoveSuppressions(t.Context(), []string{"a@x.test"}); err != nil {
		t.Error(err)
	}
	heard := server.heard(t, 3)
	if heard[1].body != `{"ids":["s1","s2"]}` || heard[2].body != `{"emails":["a@x.test"]}` {
		t.Errorf("heard %+v", heard)
	}
}

func TestSecretOfEndpoint(t *testing.T) {
	t.Parallel()
	answer := `{"object":"webhook","id":"w1","signing_secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}`
	server := newScript(t, jsonOK(answer), jsonOK(answer), jsonOK(`{"id":"w1"}`))
	client := server.client(Config{})
	made, err := client.CreateEndpoint(t.Context(), "https://renoz.test/hook", []string{EventSent})
	if err != nil || made.ID != "w1" || made.SigningSecret.Reveal() != "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" {
		t.Errorf("%+v, %v", made, err)
	}
	mustLack(t, asJSON(t, made), "MfKQ")
	secret, err := client.RotateSecret(t.Context(), "w1")
	if err != nil || secret != made.SigningSecret {
		t.Errorf("%v, %v", secret, err)
	}
	if _, err := client.RotateSecret(t.Context(), "w1"); KindOf(err) != KindUnknown {
		t.Errorf("an answer without secret gives %v", err)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	server := newScript(t, jsonOK(`{"object":"metrics","start_date":"2026-07-01T00:00:00.000Z","end_date":"2026-07-08T00:00:00.000Z",
		"metrics":["sent","open_rate"],"dimensions":["period","domain"],"granularity":"daily","totals":{"sent":12,"open_rate":0.25},
		"data":[{"period":"2026-07-01","domain_id":"d1","domain_name":"renoz.test","sent":12,"open_rate":0.25,"new_dimension":"x","unknown":null}]}`))
	got, err := server.client(Config{}).EmailMetrics(t.Context(), MetricsQuery{
		Start: testNow, Timezone: "Australia/Sydney", Granularity: Daily, Metrics: []string{"sent", "open_rate"},
		Dimensions: []string{ByPeriod, ByDomain}, DomainIDs: []string{"d1"},
	})
	want := MetricsRow{Period: "2026-07-01", DomainID: "d1", DomainName: "renoz.test", Figures: map[string]float64{"sent": 12, "open_rate": 0.25}}
	if err != nil || got.Totals["open_rate"] != 0.25 || len(got.Rows) != 1 || !reflect.DeepEqual(got.Rows[0], want) {
		t.Errorf("%+v, %v", got, err)
	}
	if asked := asJSON(t, server.heard(t, 1)[0].query); asked != `{"dimensions":["period,domain"],"domain_id":["d1"],"granularity":["daily"],"metrics":["sent,open_rate"],"start_date":["2026-11-22T10:00:00Z"],"timezone":["Australia/Sydney"]}` {
		t.Errorf("asked with %s", asked)
	}
}
