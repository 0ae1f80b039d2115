package xeroapi

import (
	"context"
	"net/url"
)

// BrandingTheme is a look of invoices and credit notes. The one with SortOrder
// 0 is the organisation's default.
// https://developer.xero.com/documentation/api/accounting/brandingthemes
type BrandingTheme struct {
	BrandingThemeID string `json:",omitempty"`
	Name            string `json:",omitempty"`
	LogoURL         string `json:"LogoUrl,omitempty"`
	Type            string `json:",omitempty"` // INVOICE
	SortOrder       int
	CreatedDateUTC  Time `json:",omitzero"`
}

// BrandingThemes reads all of them; Xero does not page them.
func (c *Client) BrandingThemes(ctx context.Context) ([]BrandingTheme, error) {
	page, err := list[BrandingTheme](ctx, c, c.read("list branding themes", "/BrandingThemes", url.Values{}), "BrandingThemes")
	return page.Records, err
}
