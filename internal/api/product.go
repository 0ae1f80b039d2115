package api

import (
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// Product is something that is sold.
type Product struct {
	ID        crm.ProductID `json:"id" format:"uuid"`
	SKU       string        `json:"sku"`
	Name      string        `json:"name"`
	Price     Money         `json:"price" doc:"For one, without tax."`
	TaxClass  string        `json:"tax_class" enum:"gst,gst_free,input_taxed,export"`
	Active    bool          `json:"active" doc:"Whether it is offered."`
	CreatedAt time.Time     `json:"created_at"`
	UpdatedAt time.Time     `json:"updated_at"`
}

// ProductInput is a product to add.
type ProductInput struct {
	SKU      string `json:"sku"`
	Name     string `json:"name"`
	Price    Money  `json:"price" doc:"For one, without tax."`
	TaxClass string `json:"tax_class" enum:"gst,gst_free,input_taxed,export"`
	Active   *bool  `json:"active,omitempty" doc:"Whether it is offered; it is when left out."`
}

// ProductChange is what to change; what is left out stays.
type ProductChange struct {
	SKU      Clearable[string] `json:"sku,omitempty"`
	Name     Clearable[string] `json:"name,omitempty"`
	Price    Clearable[Money]  `json:"price,omitempty"`
	TaxClass Clearable[string] `json:"tax_class,omitempty" enum:"gst,gst_free,input_taxed,export"`
	Active   Clearable[bool]   `json:"active,omitempty"`
}

type productPath struct {
	ID crm.ProductID `path:"id" format:"uuid"`
}

type productQuery struct {
	Paging
	Q     string `query:"q" maxLength:"200" doc:"In name and SKU."`
	State string `query:"state" enum:"active,inactive" doc:"Both when left out."`
}

type (
	productAnswer struct{ Body Product }
	productMade   struct {
		Location string `header:"Location" doc:"The address of what was made."`
		Body     Product
	}
)

func (t *table) products() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Products"}
	}
	made := row("create-product", http.MethodPost, "/products", auth.ProductsEdit, "Add a product")
	made.status = http.StatusCreated
	add(t, row("list-products", http.MethodGet, "/products", auth.ProductsView, "List products by SKU"), t.listProducts)
	add(t, made, t.createProduct)
	add(t, row("get-product", http.MethodGet, "/products/{id}", auth.ProductsView, "Read a product"), t.getProduct)
	add(t, row("change-product", http.MethodPatch, "/products/{id}", auth.ProductsEdit, "Change a product"), t.changeProduct)
}

func (a *API) listProducts(ctx context.Context, in *productQuery) (*listed[Product], error) {
	home, err := a.home(ctx)
	if err != nil {
		return nil, err
	}
	p, err := a.book.Products(ctx, store.ProductFilter{Search: in.Q, State: in.State, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, func(p crm.Product) Product { return showProduct(p, home) }), nil
}

// home is what the organisation sells in.
func (a *API) home(ctx context.Context) (crm.Currency, error) {
	who, err := auth.SignedIn(ctx)
	if err != nil {
		return "", err
	}
	o, err := a.store.Organisation(ctx, who.Org)
	return o.Currency, err
}

func (a *API) getProduct(ctx context.Context, in *productPath) (*productAnswer, error) {
	home, err := a.home(ctx)
	if err != nil {
		return nil, err
	}
	p, err := a.book.Product(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &productAnswer{Body: showProduct(p, home)}, nil
}

func (a *API) createProduct(ctx context.Context, in *struct{ Body ProductInput }) (*productMade, error) {
	home, err := a.home(ctx)
	if err != nil {
		return nil, err
	}
	b, w := in.Body, wrongs{}
	amount := w.price("price", &b.Price, home)
	if err := w.err(); err != nil {
		return nil, err
	}
	input := records.ProductInput{SKU: b.SKU, Name: b.Name, Price: *amount, TaxClass: crm.TaxClass(b.TaxClass), Inactive: b.Active != nil && !*b.Active}
	p, err := take(ctx, a, step[crm.Product, Product]{auth.ProductsEdit, http.StatusCreated,
		func(w records.Work) (crm.Product, error) { return w.CreateProduct(ctx, input) },
		func(p crm.Product) Product { return showProduct(p, home) }})
	if err != nil {
		return nil, err
	}
	return &productMade{madeAt(prefix+"/products", p.ID.String()), p}, nil
}

func (a *API) changeProduct(ctx context.Context, in *struct {
	ID   crm.ProductID `path:"id" format:"uuid"`
	Body ProductChange
}) (*productAnswer, error) {
	home, err := a.home(ctx)
	if err != nil {
		return nil, err
	}
	p, err := a.book.Product(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	b, w := in.Body, wrongs{}
	input := records.ProductInput{SKU: p.SKU, Name: p.Name, Price: p.Price, TaxClass: p.TaxClass, Inactive: !p.Active}
	b.SKU.set(&input.SKU, "")
	b.Name.set(&input.Name, "")
	b.TaxClass.set((*string)(&input.TaxClass), "")
	set(&input.Price, w.price("price", b.Price.value, home))
	if b.Price.sent && b.Price.value == nil {
		w["price"] = "Enter a price; 0 for none."
	}
	if b.Active.sent {
		input.Inactive = !b.Active.or(true)
	}
	if err := w.err(); err != nil {
		return nil, err
	}
	if p, err = a.book.UpdateProduct(ctx, in.ID, input); err != nil {
		return nil, err
	}
	return &productAnswer{Body: showProduct(p, home)}, nil
}

func showProduct(p crm.Product, home crm.Currency) Product {
	return Product{p.ID, p.SKU, p.Name, price(p.Price, home), string(p.TaxClass), p.Active, p.CreatedAt, p.UpdatedAt}
}
