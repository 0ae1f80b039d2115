package xeroapi

import (
	"context"
	"net/http"
	"net/url"
)

// Connection is one organisation (tenant) that a person opened to us.
// https://developer.xero.com/documentation/guides/oauth2/tenants/
type Connection struct {
	ID          string `json:"id"`          // of the connection, for DeleteConnection
	AuthEventID string `json:"authEventId"` // shared by connections of one consent
	TenantID    string `json:"tenantId"`
	TenantType  string `json:"tenantType"` // ORGANISATION, PRACTICEMANAGER, …
	TenantName  string `json:"tenantName"`
	Created     Time   `json:"createdDateUtc,omitzero"`
	Updated     Time   `json:"updatedDateUtc,omitzero"`
}

// Connections lists what the token opens. KindExpired asks for a refresh.
func (a *Auth) Connections(ctx context.Context, accessToken string) ([]Connection, error) {
	e := a.connections("list connections", http.MethodGet, "/connections", accessToken)
	e.lost = KindUnavailable
	got, err := a.wire.send(ctx, e)
	if err != nil {
		return nil, err
	}
	var connections []Connection
	if err := e.decode(got, &connections); err != nil {
		return nil, err
	}
	return connections, nil
}

// DeleteConnection disconnects one organisation. One that is gone already is
// KindNotFound.
func (a *Auth) DeleteConnection(ctx context.Context, accessToken, connectionID string) error {
	if connectionID == "" {
		return missingID("delete the connection")
	}
	path := "/connections/" + url.PathEscape(connectionID)
	e := a.connections("delete the connection", http.MethodDelete, path, accessToken)
	e.lost = KindUnknownOutcome
	_, err := a.wire.send(ctx, e)
	return err
}

func (a *Auth) connections(op, method, path, accessToken string) exchange {
	return exchange{
		op: op, method: method, base: a.wire.config.APIURL, path: path,
		header: http.Header{"Authorization": {"Bearer " + accessToken}}, read: readAPIError,
	}
}
