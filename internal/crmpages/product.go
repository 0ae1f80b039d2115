package crmpages

import (
	"net/http"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

func (p *Pages) productRoutes() []web.Route {
	return []web.Route{
		get("/products", auth.ProductsView, p.listProducts),
		get("/products/new", auth.ProductsEdit, p.newProduct),
		post("/products/new", auth.ProductsEdit, p.createProduct),
		get("/products/{id}/edit", auth.ProductsEdit, p.editProduct),
		post("/products/{id}/edit", auth.ProductsEdit, p.updateProduct),
	}
}

func productsLink() ui.Link { return ui.Link{Href: "/products", Label: "Products"} }

// productsPage is the list of products.
type productsPage struct {
	desk
	listing
	rows          []crm.Product
	search, state string
}

func (p *Pages) listProducts(w http.ResponseWriter, r *http.Request) error {
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	if target := web.Target(r); strings.HasPrefix(target, productFields) {
		return p.showProductChoices(w, r, d, target)
	}
	page := productsPage{desk: d, listing: newListing(r, "products", "q", "state"), search: r.FormValue("q"), state: productState(r.FormValue("state"))}
	found, err := p.book.Products(r.Context(), store.ProductFilter{Search: page.search, State: strings.TrimPrefix(page.state, "all"), After: page.after})
	if err != nil {
		return err
	}
	page.rows, page.next = found.Rows, found.Next
	if web.Target(r) == "products" {
		return web.ShowFragment(w, r, productList(page))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Products", Path: "/products"}, productsView(page))
}

// productState is active unless another state is asked for.
func productState(asked string) string {
	if asked == "inactive" || asked == "all" {
		return asked
	}
	return "active"
}

// productForm is what the reader entered for a product, as text.
type productForm struct {
	desk
	refusal
	product crm.Product // the one that is changed; zero for a new one
	url     string
	sku     string
	name    string
	price   string
	class   string
	offered bool
}

func (f productForm) title() string {
	if f.product.ID.IsZero() {
		return "New product"
	}
	return "Edit " + f.product.Name
}

func (p *Pages) newProduct(w http.ResponseWriter, r *http.Request) error {
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	return p.showProductForm(w, r, productForm{desk: d, url: r.URL.Path, class: string(crm.GST), offered: true})
}

func (p *Pages) createProduct(w http.ResponseWriter, r *http.Request) error {
	return p.saveProduct(w, r, crm.Product{}, func(in records.ProductInput) (string, error) {
		_, err := p.book.CreateProduct(r.Context(), in)
		return "product-added", err
	})
}

func (p *Pages) editProduct(w http.ResponseWriter, r *http.Request) error {
	product, err := p.productAt(r)
	if err != nil {
		return err
	}
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	return p.showProductForm(w, r, productForm{
		desk: d, product: product, url: r.URL.Path, sku: product.SKU, name: product.Name,
		price: product.Price.Decimal(d.seller.Currency), class: string(product.TaxClass), offered: product.Active,
	})
}

func (p *Pages) updateProduct(w http.ResponseWriter, r *http.Request) error {
	product, err := p.productAt(r)
	if err != nil {
		return err
	}
	return p.saveProduct(w, r, product, func(in records.ProductInput) (string, error) {
		_, err := p.book.UpdateProduct(r.Context(), product.ID, in)
		return "product-saved", err
	})
}

func (p *Pages) productAt(r *http.Request) (crm.Product, error) {
	id, err := pathID[crm.Product](r)
	if err != nil {
		return crm.Product{}, err
	}
	return p.book.Product(r.Context(), id)
}

func (p *Pages) saveProduct(w http.ResponseWriter, r *http.Request, product crm.Product, save func(records.ProductInput) (done string, err error)) error {
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	f := productForm{
		desk: d, product: product, url: r.URL.Path, sku: r.FormValue("sku"), name: r.FormValue("name"),
		price: r.FormValue("price"), class: r.FormValue("tax_class"), offered: r.FormValue("offered") != "",
	}
	in := records.ProductInput{SKU: f.sku, Name: f.name, TaxClass: crm.TaxClass(f.class), Inactive: !f.offered}
	in.Price, err = crm.ParsePrice(f.price, d.seller.Currency)
	f.wrong("price", err)
	done := ""
	if err = f.err(); err == nil {
		done, err = save(in)
	}
	if err == nil {
		return leave(w, r, "/products", done)
	}
	why, ok := refused(err)
	if !ok {
		return err
	}
	f.refusal = why
	return p.showProductForm(w, r, f)
}

func (p *Pages) showProductForm(w http.ResponseWriter, r *http.Request, f productForm) error {
	status := max(f.status, http.StatusOK)
	if web.Target(r) == "product-form" {
		return web.ShowFragmentStatus(w, r, status, productFormView(f))
	}
	page := ui.Page{Title: f.title(), Path: "/products", Parents: []ui.Link{productsLink()}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: productFormPage(f)})
}

func taxOptions() []ui.Option {
	var options []ui.Option
	for _, class := range crm.TaxClasses() {
		options = append(options, ui.Option{Value: string(class), Label: class.Label()})
	}
	return options
}
