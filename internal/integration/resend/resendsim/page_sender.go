package resendsim

import (
	"fmt"
	"net/http"
	"strings"
)

type senderRecord struct {
	Record
	Finds string // what DNS holds
}

type sender struct {
	Domain
	Rows []senderRecord
}

type sendersPage struct {
	pageFrame
	Domains  []sender
	Outcomes []string
}

// senderForms are what the owner of a domain, and of its DNS, can do.
func (s *Server) senderForms() map[string]pageForm {
	return map[string]pageForm{
		"add":      {"Domain added.", s.addSender},
		"verify":   {"Checked.", func(r *http.Request) error { return s.Verify(r.PostFormValue("domain")) }},
		"records":  {"The next check finds that.", s.publishRecords},
		"tracking": {"Tracking changed.", s.trackSender},
		"policy": {"The DMARC record changed.", func(r *http.Request) error {
			return s.SetDMARC(r.PostFormValue("domain"), strings.TrimSpace(r.PostFormValue("dmarc")))
		}},
	}
}

func (s *Server) addSender(r *http.Request) error {
	name := strings.ToLower(strings.TrimSpace(r.PostFormValue("name")))
	if bare, ok := address("a@" + name); !ok || bare != "a@"+name {
		return fmt.Errorf("write a domain such as mail.acme.example")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.domains.named(name) != nil {
		return fmt.Errorf("the team has %s already", name)
	}
	d := newDomain(name, regions()[0], s.now())
	d.makeRecords()
	s.domains.add(d)
	s.announceDomain("domain.created", d, s.now())
	return nil
}

func (s *Server) publishRecords(r *http.Request) error {
	for key, values := range r.PostForm {
		record, named := strings.CutPrefix(key, "record ")
		if !named {
			continue
		}
		if err := s.SetRecord(r.PostFormValue("domain"), record, values[0]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) trackSender(r *http.Request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.domains.named(r.PostFormValue("domain"))
	if d == nil {
		return fmt.Errorf("the team has no such domain")
	}
	d.OpenTracking, d.ClickTracking = r.PostFormValue("opens") != "", r.PostFormValue("clicks") != ""
	s.announceDomain("domain.updated", d, s.now())
	return nil
}

func (s *Server) showSenders(w http.ResponseWriter, r *http.Request, status int, problem string) {
	s.mu.Lock()
	s.tick()
	s.mu.Unlock()
	data := sendersPage{pageFrame: pageFrame{Title: "Domains", Tab: "senders", Problem: problem, Notice: notice(r, s.senderForms())},
		Outcomes: publishable()}
	for _, d := range s.Domains() {
		one := sender{Domain: d}
		for _, record := range d.Records {
			one.Rows = append(one.Rows, senderRecord{record, d.published(record)})
		}
		data.Domains = append(data.Domains, one)
	}
	s.render(w, status, "senders", data)
}

type blockedPage struct {
	pageFrame
	Search string
	Rows   []Suppression
	Total  int
}

// blockedForms are what a person of the team can do about suppressed addresses.
func (s *Server) blockedForms() map[string]pageForm {
	return map[string]pageForm{
		"add": {"The address is suppressed.", func(r *http.Request) error {
			bare, ok := address(r.PostFormValue("email"))
			if !ok {
				return fmt.Errorf("write an address such as jo@acme.example")
			}
			s.Suppress(bare)
			return nil
		}},
		"remove": {"The address may be written to again.", func(r *http.Request) error { s.Release(r.PostFormValue("email")); return nil }},
	}
}

func (s *Server) showBlocked(w http.ResponseWriter, r *http.Request, status int, problem string) {
	data := blockedPage{pageFrame: pageFrame{Title: "Suppressions", Tab: "blocked", Problem: problem, Notice: notice(r, s.blockedForms())},
		Search: strings.TrimSpace(r.URL.Query().Get("q"))}
	all := s.Suppressions()
	for i := len(all) - 1; i >= 0; i-- {
		if !strings.Contains(all[i].Email, strings.ToLower(data.Search)) {
			continue
		}
		if data.Total++; data.Total <= rowsOnPage {
			data.Rows = append(data.Rows, all[i])
		}
	}
	s.render(w, status, "blocked", data)
}
