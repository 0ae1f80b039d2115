package records

import (
	"context"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// ProductInput is what people and programs enter for a product.
type ProductInput struct {
	SKU      string       `json:"sku"`
	Name     string       `json:"name"`
	Price    crm.Price    `json:"price"` // without tax
	TaxClass crm.TaxClass `json:"tax_class"`
	Inactive bool         `json:"inactive,omitempty"` // no longer offered
}

// Product is one product. It returns an Error of kind NotFound when there is
// no such product.
func (b *Book) Product(ctx context.Context, id crm.ProductID) (crm.Product, error) {
	return read(ctx, b, productsView, func(org crm.OrgID) (crm.Product, error) { return b.store.Product(ctx, org, id) })
}

// Products is a page of products by SKU.
func (b *Book) Products(ctx context.Context, f store.ProductFilter) (store.Page[crm.Product], error) {
	return read(ctx, b, productsView, func(org crm.OrgID) (store.Page[crm.Product], error) { return b.store.Products(ctx, org, f) })
}

// CreateProduct adds a product. It returns an Error of kind Invalid for what
// was entered, and of kind Conflict when another product has the SKU.
func (b *Book) CreateProduct(ctx context.Context, in ProductInput) (crm.Product, error) {
	return change(ctx, b, productsEdit, func(w Work) (crm.Product, error) { return w.CreateProduct(ctx, in) })
}

// UpdateProduct changes a product; documents that have it keep what they say.
// It returns the errors of CreateProduct.
func (b *Book) UpdateProduct(ctx context.Context, id crm.ProductID, in ProductInput) (crm.Product, error) {
	return change(ctx, b, productsEdit, func(w Work) (crm.Product, error) { return w.UpdateProduct(ctx, id, in) })
}

// CreateProduct is Book.CreateProduct inside a transaction.
func (w Work) CreateProduct(ctx context.Context, in ProductInput) (crm.Product, error) {
	now := w.book.now()
	p := crm.Product{ID: crm.NewID[crm.Product](), OrgID: w.by.Org, CreatedAt: now, UpdatedAt: now}
	if err := w.fillProduct(ctx, &p, in); err != nil {
		return crm.Product{}, err
	}
	if err := w.tx.InsertProduct(ctx, p); err != nil {
		return crm.Product{}, err
	}
	return p, w.publish(ctx, ofProduct(p), crm.Created, "Added the product.")
}

// UpdateProduct is Book.UpdateProduct inside a transaction.
func (w Work) UpdateProduct(ctx context.Context, id crm.ProductID, in ProductInput) (crm.Product, error) {
	before, err := w.tx.Product(ctx, w.by.Org, id)
	if err != nil {
		return crm.Product{}, err
	}
	p := before
	p.UpdatedAt = w.book.now()
	if err := w.fillProduct(ctx, &p, in); err != nil {
		return crm.Product{}, err
	}
	if err := w.tx.UpdateProduct(ctx, p); err != nil {
		return crm.Product{}, err
	}
	return p, w.publish(ctx, ofProduct(p), crm.Updated, productDifference(before, p))
}

// fillProduct writes the input over a product, checks it, holds the SKUs still
// and looks whether another product has this one.
func (w Work) fillProduct(ctx context.Context, p *crm.Product, in ProductInput) error {
	p.SKU, p.Name, p.Price = strings.TrimSpace(in.SKU), oneSpace(in.Name), in.Price
	p.TaxClass, p.Active = in.TaxClass, !in.Inactive
	if err := p.Validate(); err != nil {
		return err
	}
	if err := w.tx.LockNumbers(ctx, w.by.Org, store.ProductNumbers); err != nil {
		return err
	}
	other, found, err := w.tx.ProductBySKU(ctx, w.by.Org, p.SKU)
	if err != nil || !found || other.ID == p.ID {
		return err
	}
	taken := crm.Errorf(crm.Conflict, "%s already has the SKU %s; choose another.", other.Name, other.SKU)
	taken.Fields = map[string]string{"sku": other.Name + " has this SKU."}
	return taken
}

func ofProduct(p crm.Product) subject {
	return subject{kind: crm.ProductRecord, id: p.ID.UUID, label: p.SKU}
}
