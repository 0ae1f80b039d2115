package xero

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/link"
)

// tellGivenUp tells people of records that are not tried again by themselves,
// once for each cause. That telling fails takes nothing back: the page of errors
// has them all.
func (r *run) tellGivenUp(ctx context.Context, links []link.Link) {
	first, more := map[string]link.Link{}, map[string]int{}
	for _, l := range links {
		if l.State != link.Dead && l.State != link.Rejected {
			continue
		}
		if more[l.Problem.Code]++; more[l.Problem.Code] == 1 {
			first[l.Problem.Code] = l
		}
	}
	for code, l := range first {
		if err := r.Notify(ctx, givenUp(l, more[code]-1)); err != nil {
			r.Log.ErrorContext(ctx, "people could not be told of what was given up", "code", code, "error", err)
		}
	}
}

func givenUp(l link.Link, others int) Notice {
	n := Notice{Org: l.Org, Cause: "xero_given_up_" + l.Problem.Code, Title: l.Label + " did not get to Xero", Text: l.Problem.Text, Href: "/sync/errors"}
	if others > 0 {
		n.Title = fmt.Sprintf("%s and %d more did not get to Xero", l.Label, others)
	}
	return n
}
