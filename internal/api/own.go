package api

import (
	"context"
	"net/http"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
)

// Own is who asks.
type Own struct {
	Organisation Organisation `json:"organisation"`
	Token        *OwnToken    `json:"token,omitempty"`
	Role         string       `json:"role" enum:"owner,admin,finance,sales,operations,support,viewer"`
	Permissions  []string     `json:"permissions" nullable:"false" doc:"What the token may do."`
}

// OwnToken is the token that was sent.
type OwnToken struct {
	ID   crm.TokenID `json:"id" format:"uuid"`
	Name string      `json:"name"`
}

// Organisation is the business that the records belong to.
type Organisation struct {
	ID        crm.OrgID `json:"id" format:"uuid"`
	Name      string    `json:"name"`
	Currency  string    `json:"currency" example:"AUD"`
	TimeZone  string    `json:"time_zone" example:"Australia/Sydney"`
	Country   string    `json:"country" example:"AU"`
	TermsDays int       `json:"terms_days" doc:"Days until an invoice is due, unless the customer has other terms."`
}

type ownAnswer struct{ Body Own }

func (t *table) own() {
	add(t, spec{id: "get-me", method: http.MethodGet, path: "/me", permission: SignedIn, tag: "Me",
		summary: "Who asks"}, t.me)
}

func (a *API) me(ctx context.Context, _ *struct{}) (*ownAnswer, error) {
	who, err := auth.SignedIn(ctx)
	if err != nil {
		return nil, err
	}
	o, err := a.store.Organisation(ctx, who.Org)
	if err != nil {
		return nil, err
	}
	own := Own{Role: string(who.Role), Permissions: []string{}, Organisation: Organisation{
		ID: o.ID, Name: o.Name, Currency: string(o.Currency), TimeZone: o.TimeZone, Country: o.Country, TermsDays: o.TermsDays}}
	if who.IsToken() {
		own.Token = &OwnToken{who.Token, who.Name}
	}
	for _, p := range auth.All() {
		if who.Can(p) {
			own.Permissions = append(own.Permissions, string(p))
		}
	}
	return &ownAnswer{own}, nil
}
