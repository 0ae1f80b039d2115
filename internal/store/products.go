package store

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// ProductFilter says which products a list shows.
type ProductFilter struct {
	Search string // in name and SKU
	State  string // active, inactive, or empty for both
	After  string // Next of the page before
	Limit  int    // zero: 50; at most 200
}

// Product is one product. It returns an Error of kind NotFound when the
// organisation has no such product.
func (r Reader) Product(ctx context.Context, org crm.OrgID, id crm.ProductID) (crm.Product, error) {
	row, err := r.q.Product(ctx, org, id)
	return productOf(row), notFound(err, "product")
}

// ProductBySKU is the product with that SKU, if there is one.
func (r Reader) ProductBySKU(ctx context.Context, org crm.OrgID, sku string) (_ crm.Product, found bool, err error) {
	row, err := r.q.ProductBySKU(ctx, org, sku)
	found, err = maybe(err, "look for a product by SKU")
	return productOf(row), found, err
}

// Products is a page of products by SKU.
func (r Reader) Products(ctx context.Context, org crm.OrgID, f ProductFilter) (Page[crm.Product], error) {
	keys, err := parseCursor(f.After, 1)
	if err != nil {
		return Page[crm.Product]{}, err
	}
	size := limit(f.Limit)
	rows, err := r.q.Products(ctx, db.ProductsParams{OrgID: org, AfterSKU: keys[0], Pattern: contains(f.Search), State: f.State, MaxRows: size + 1})
	if err != nil {
		return Page[crm.Product]{}, fmt.Errorf("list products: %w", err)
	}
	return page(each(rows, productOf), size, func(p crm.Product) string { return cursorOf(p.SKU) }), nil
}

// InsertProduct keeps a new product.
func (t *Tx) InsertProduct(ctx context.Context, p crm.Product) error {
	err := t.q.InsertProduct(ctx, db.InsertProductParams{
		ID: p.ID, OrgID: p.OrgID, SKU: p.SKU, Name: p.Name, Price: p.Price, TaxClass: p.TaxClass, Active: p.Active,
		CreatedAt: instant.At(p.CreatedAt), UpdatedAt: instant.At(p.UpdatedAt)})
	if err != nil {
		return fmt.Errorf("keep a new product: %w", err)
	}
	return nil
}

// UpdateProduct changes a product.
func (t *Tx) UpdateProduct(ctx context.Context, p crm.Product) error {
	n, err := t.q.UpdateProduct(ctx, db.UpdateProductParams{
		ID: p.ID, OrgID: p.OrgID, SKU: p.SKU, Name: p.Name, Price: p.Price, TaxClass: p.TaxClass, Active: p.Active, UpdatedAt: instant.At(p.UpdatedAt)})
	return changed(n, err, "product")
}

func productOf(row db.Product) crm.Product {
	return crm.Product{
		ID: row.ID, OrgID: row.OrgID, SKU: row.SKU, Name: row.Name, Price: row.Price, TaxClass: row.TaxClass, Active: row.Active,
		CreatedAt: row.CreatedAt.Time, UpdatedAt: row.UpdatedAt.Time,
	}
}
