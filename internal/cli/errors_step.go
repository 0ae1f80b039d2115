package cli

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
)

// chosenErrors are records named as renoz errors list shows them.
type chosenErrors struct {
	orgPlace `embed:""`
	Records  []string `arg:"" optional:"" help:"Records, as renoz errors list shows them: invoice/0198…"`
}

func (c chosenErrors) keys() ([]link.Key, error) {
	keys := make([]link.Key, len(c.Records))
	for i, text := range c.Records {
		var err error
		if keys[i], err = recordKey(text); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// recordKey reads a kind and an id with a slash between them.
func recordKey(text string) (link.Key, error) {
	kind, record, _ := strings.Cut(text, "/")
	id, err := uuid.Parse(record)
	if err != nil || kind == "" {
		return link.Key{}, crm.Errorf(crm.Invalid, "%q is no record. Write its kind and its id, such as invoice/0198c0de-0000-7000-8000-000000000000.", text)
	}
	of, err := kindOf(kind)
	return link.Key{Kind: of, Record: id}, err
}

// onlyOne returns an Error of kind Invalid unless one of the ways to choose was
// taken.
func onlyOne(words string, taken ...bool) error {
	n := 0
	for _, is := range taken {
		if is {
			n++
		}
	}
	if n != 1 {
		return crm.Errorf(crm.Invalid, "%s", words)
	}
	return nil
}

type errorsRetry struct {
	chosenErrors `embed:""`
	Cause        string `help:"All records of this cause, as renoz errors causes shows it." placeholder:"CODE/TROUBLE/NEXT/KIND"`
	Code         string `help:"All records that failed with this code."`
	All          bool   `help:"All that failed."`
}

// Run has records tried again; the process that works on jobs does it.
func (s *errorsRetry) Run(ctx context.Context, out output) error {
	keys, err := s.keys()
	if err != nil {
		return err
	}
	if err := onlyOne("Name records, a --cause, a --code, or --all, and only one of them.", len(keys) > 0, s.Cause != "", s.Code != "", s.All); err != nil {
		return err
	}
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		n, err := s.retry(ctx, d, keys)
		if err != nil {
			return err
		}
		return out.tell("%s tried again.", count(n, "record is", "records are"))
	})
}

func (s *errorsRetry) retry(ctx context.Context, d desk, keys []link.Key) (int, error) {
	switch {
	case len(keys) == 1: // one that cannot be is said
		return 1, d.Xero.Retry(ctx, keys[0])
	case len(keys) > 0:
		return d.Xero.RetryAll(ctx, keys)
	case s.Cause != "":
		cause, err := parseCause(s.Cause)
		if err != nil {
			return 0, err
		}
		return d.Xero.RetryCause(ctx, cause)
	}
	return d.Xero.RetryFailed(ctx, s.Code)
}

type errorsDismiss struct {
	chosenErrors `embed:""`
	Cause        string `help:"All records of this cause, as renoz errors causes shows it." placeholder:"CODE/TROUBLE/NEXT/KIND"`
	Reason       string `required:"" help:"Why, for those who ask later."`
}

// Run takes records off the list, and says what undoes it.
func (s *errorsDismiss) Run(ctx context.Context, out output) error {
	keys, err := s.keys()
	if err != nil {
		return err
	}
	if err := onlyOne("Name records or a --cause, and only one of them.", len(keys) > 0, s.Cause != ""); err != nil {
		return err
	}
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		done, err := s.dismiss(ctx, d, keys)
		if err != nil {
			return err
		}
		if done.Count == 0 {
			return out.tell("Nothing is dismissed: none of them fails.")
		}
		return out.tell("%s dismissed. `renoz errors restore --dismissal %s` undoes it.", count(done.Count, "record is", "records are"), done.ID)
	})
}

func (s *errorsDismiss) dismiss(ctx context.Context, d desk, keys []link.Key) (link.Dismissal, error) {
	reason := strings.TrimSpace(s.Reason)
	if len(keys) > 0 {
		return d.Xero.DismissAll(ctx, keys, reason)
	}
	cause, err := parseCause(s.Cause)
	if err != nil {
		return link.Dismissal{}, err
	}
	return d.Xero.DismissCause(ctx, cause, reason)
}

type errorsRestore struct {
	chosenErrors `embed:""`
	Dismissal    string `help:"All that is left of the dismissal with this id." placeholder:"ID"`
}

// Run puts dismissed records back.
func (s *errorsRestore) Run(ctx context.Context, out output) error {
	keys, err := s.keys()
	if err != nil {
		return err
	}
	if err := onlyOne("Name records or a --dismissal, and only one of them.", len(keys) > 0, s.Dismissal != ""); err != nil {
		return err
	}
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		n := len(keys)
		for _, k := range keys {
			if err := d.Xero.Restore(ctx, k); err != nil {
				return err
			}
		}
		if s.Dismissal != "" {
			id, err := uuid.Parse(s.Dismissal)
			if err != nil {
				return crm.Errorf(crm.Invalid, "%q is not the id of a dismissal. `renoz errors dismissals` shows them.", s.Dismissal)
			}
			if n, err = d.Xero.RestoreAll(ctx, id); err != nil {
				return err
			}
		}
		return out.tell("%s back on the list.", count(n, "record is", "records are"))
	})
}
