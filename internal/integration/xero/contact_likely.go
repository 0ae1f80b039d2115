package xero

import (
	"cmp"
	"context"
	"slices"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// Likely are the contacts without a customer that one may be, the most likely
// first, from the copies here. Skipped ones come last.
func (s *Service) Likely(ctx context.Context, c crm.Customer) ([]store.RemoteContact, error) {
	like, err := s.Store.RemoteContactsLike(ctx, c, Name, keysOfCustomer(c))
	if err != nil {
		return nil, err
	}
	like = slices.DeleteFunc(like, func(x store.RemoteContact) bool { return x.Status != contactActive })
	for i := range like {
		if like[i].Match.Customer != c.ID {
			like[i].Match = matchOf([]Candidate{score(like[i], c, keysOfCustomer(c))})
		}
	}
	slices.SortStableFunc(like, func(a, b store.RemoteContact) int {
		if (a.Skipped == "") != (b.Skipped == "") {
			return cmp.Compare(a.Skipped, b.Skipped)
		}
		return cmp.Compare(b.Match.Score, a.Match.Score)
	})
	return like, nil
}
