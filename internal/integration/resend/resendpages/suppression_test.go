package resendpages_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/web/webtest"
)

// exchange does what the job does.
func (w *world) exchange() {
	w.Helper()
	w.must(w.resend.Exchange(w.ctx, resend.ExchangeArgs{Org: w.org}))
}

// TestSuppressionParts has each part of the list and each filter show its own.
func TestSuppressionParts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		t.Parallel()
		l := livedIn(worldOn(t, s))
		link, err := l.resend.StopLink(resend.Stop{Org: l.org, Address: "fan@harbour.example", Mail: mail.Newsletter})
		l.must(err)
		l.must(l.resend.OptOutOf(l.ctx, link[strings.LastIndex(link, "/")+1:], false, mail.ByOneClick))
		l.must(l.resend.SuppressIn(l.ctx, "al@harbour.example", mail.ScopeOf(mail.FollowUp), ""))
		mended, err := l.resend.SuppressionIn(l.ctx, "al@harbour.example", mail.ScopeOf(mail.FollowUp))
		l.must(err)
		l.must(l.resend.Unsuppress(l.ctx, mended.ID, "=They asked"))
		for query, shown := range map[string]string{
			"": "gone cross fan", "?tab=suppressed": "gone cross", "?tab=unsubscribed": "fan", "?tab=removed": "al", "?scope=category:marketing": "fan", "?scope=all": "gone cross",
			"?via=recipient": "fan", "?via=mail_event": "gone cross", "?by=the+recipient": "fan", "?tab=removed&by=alex": "al", "?from=01/01/2020": "gone cross fan", "?to=01/01/2020": "",
			"?tab=removed&reason=bounce": "", "?from=soon": "gone cross fan",
		} {
			page := l.get(auth.Viewer, "/mail/suppressions"+query)
			page.want(t, 200)
			for _, name := range []string{"gone", "cross", "fan", "al"} {
				if has := strings.Contains(page.Body, ">"+name+"@harbour.example"); has != strings.Contains(" "+shown+" ", " "+name+" ") {
					t.Errorf("%q shows %s: %t", query, name, has)
				}
			}
		}
		l.get(auth.Viewer, "/mail/suppressions?from=soon").want(t, 200, "Write days as DD/MM/YYYY")
		removed := l.get(auth.Viewer, "/mail/suppressions?tab=removed")
		removed.want(t, 200, "They asked", "Alex Kim", "Follow-ups")
		one := l.get(auth.Viewer, "/mail/suppressions/"+mended.ID.String())
		one.want(t, 200, "Removed", "Taken off the list: Follow-ups", "Given: Follow-ups", "By a person. =They asked")
		file := l.get(auth.Viewer, "/mail/suppressions/export?tab=removed")
		file.want(t, 200, "al@harbour.example,category:follow_up,manual,", "Alex Kim,'=They asked,")
		file.lacks(t, "gone@harbour.example")
		log := l.get(auth.Viewer, "/mail/consents/export")
		log.want(t, 200, "at,given,scope,how,by,note,customer,address_hash", ",withdrawn,category:marketing,one_click,The recipient,", ",given,category:follow_up,person,Alex Kim,'=They asked,")
		log.lacks(t, "harbour.example")
	})
}

// upload sends a file of addresses.
func (w *world) upload(role auth.Role, name, file string) answer {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	w.must(err)
	_, err = part.Write([]byte(file))
	w.must(err)
	w.must(form.Close())
	r, err := http.NewRequestWithContext(w.Context(), http.MethodPost, w.url+"/mail/suppressions/import", &body)
	w.must(err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return w.do(role, r)
}

func (w *world) takeImport(page string) string {
	w.Helper()
	id := regexp.MustCompile(`/mail/imports/([0-9a-f-]{36})`).FindStringSubmatch(page)
	if id == nil {
		w.Fatal("there is no import")
	}
	return id[1]
}

func TestImportingAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setUp()
	w.upload(auth.Owner, "x.csv", "").want(t, 422, "Choose a CSV file")
	w.upload(auth.Owner, "x.csv", "name\nJo\n").want(t, 422, "There is no column &#34;name&#34;")
	w.upload(auth.Owner, "x.xlsx", "PK\x03\x04").want(t, 422, "This is no CSV file")
	w.upload(auth.Owner, "x.csv", "address\n"+strings.Repeat("a", resend.MaxSuppressionBytes)).want(t, 413, "larger than 10 MiB")
	w.upload(auth.Sales, "x.csv", "address\njo@harbour.example\n").want(t, 403)
	page := w.upload(auth.Owner, "old service.csv", "address,reason\njo@harbour.example,bounce\nnobody,bounce\nal@harbour.example,=cmd\n\"lee@harbour.example,x\nkim@harbour.example,unsubscribe\n")
	page.want(t, 200, "Import of old service.csv", "Nothing is written yet", "Import 2 addresses", `id="line-3"`, "Enter one e-mail address", `id="line-4"`, "is no reason", `id="line-5"`)
	id := w.takeImport(page.Body)
	refused := w.get(auth.Owner, "/mail/imports/"+id+"/refused")
	refused.want(t, 200, "address,reason,problem\n", "nobody,bounce,address: Enter one", "al@harbour.example,'=cmd,\"reason: ")
	w.get(auth.Sales, "/mail/imports/"+id).want(t, 403)
	w.get(auth.Owner, "/mail/suppressions").want(t, 200, "No address is suppressed")
	w.post(auth.Owner, "/mail/imports/"+id+"/begin").want(t, 200, "0 of 2 addresses")
	args := resend.ImportArgs{Org: w.org}
	args.ID.UUID = mustUUID(t, id)
	w.must(w.resend.TakeImport(w.ctx, args))
	w.must(w.resend.TakeImport(w.ctx, args))
	w.get(auth.Owner, "/mail/imports/"+id).want(t, 200, "The file is imported, but for 3 lines", "Save these lines")
	w.get(auth.Owner, "/mail/suppressions").want(t, 200, "jo@harbour.example", "kim@harbour.example", "An import", "All marketing")
}

// TestListStanding words how the exchange stands, and offers to try again.
func TestListStanding(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get(auth.Owner, "/mail/suppressions").want(t, 200, "Not exchanged with Resend&#39;s own list yet")
	w.post(auth.Owner, "/mail/suppressions/sync").want(t, 412, "Mail is not set up yet")
	w.setUp()
	w.sim.SetSettings(resendsim.Settings{RateLimit: -1, NoSuppressions: true})
	w.post(auth.Owner, "/mail/suppressions/sync").want(t, 200, "list is asked")
	w.exchange()
	w.get(auth.Viewer, "/mail/suppressions").want(t, 200, "does not offer its list of suppressions")
	w.sim.SetSettings(resendsim.Settings{RateLimit: -1})
	w.sim.Suppress("theirs@harbour.example")
	w.exchange()
	w.get(auth.Viewer, "/mail/suppressions").lacks(t, "theirs@harbour.example")
	w.post(auth.Owner, "/mail/suppressions/sync")
	w.exchange()
	page := w.get(auth.Viewer, "/mail/suppressions")
	page.want(t, 200, "Both lists agree", "theirs@harbour.example")
	page.lacks(t, "Sync now")
	held, err := w.resend.SuppressionOf(w.ctx, "theirs@harbour.example")
	w.must(err)
	w.get(auth.Viewer, "/mail/suppressions/"+held.ID.String()).want(t, 200, "On Resend&#39;s list", "Listed")
	w.sim.Release("theirs@harbour.example")
	w.listen()
	w.get(auth.Viewer, "/mail/suppressions/"+held.ID.String()).want(t, 200, "Resend does not list the address any more", "Taken off there")
}

// TestImportInTheBrowser chooses a file, looks at what would happen and imports it.
func TestImportInTheBrowser(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	var file strings.Builder
	file.WriteString("address,reason\nnobody,bounce\n")
	for n := range 450 {
		fmt.Fprintf(&file, "a%d@harbour.example,bounce\n", n)
	}
	name := filepath.Join(t.TempDir(), "bounces.csv")
	w.must(os.WriteFile(name, []byte(file.String()), 0o600))
	p := webtest.Open(t, w.url, w.view("/mail/suppressions"))
	p.Do(chromedp.Click(`a[href="/mail/suppressions/import"]`), webtest.Eventually(`location.pathname.endsWith('/import') && window.htmx`),
		chromedp.SetUploadFiles(`#file`, []string{name}), chromedp.Click(`#import-form button`),
		webtest.Eventually(`location.pathname.startsWith('/mail/imports/') && window.htmx`))
	p.Audit()
	p.ShootFull("suppression-import")
	path := webtest.Get[string](p, `location.pathname`)
	args := resend.ImportArgs{Org: w.org}
	args.ID.UUID = mustUUID(t, path[strings.LastIndex(path, "/")+1:])
	p.Do(chromedp.Click(`form[action$="/begin"] button`), webtest.Eventually(`document.querySelector('#import progress') && document.querySelector('.toast h2')?.textContent === 'The import goes on'`))
	p.Audit()
	p.Shoot("suppression-importing")
	w.must(w.resend.TakeImport(w.ctx, args))
	p.Do(webtest.Eventually(`document.querySelector('#import')?.textContent.includes('The file is imported, but for 1 line')`)) // it follows by itself
	webtest.Check(t, w.url, w.view(path+"?done"), w.view("/mail/suppressions/import"))
}
