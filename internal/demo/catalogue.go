package demo

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
)

// ware is something that Voltway sells.
type ware struct {
	sku, name string
	price     crm.Price
	tax       crm.TaxClass
	sold      selling
	least     crm.Quantity // how much of it goes into a line
	most      crm.Quantity
}

// selling says where a ware turns up.
type selling int

const (
	goods   selling = iota // on orders
	abroad                 // on orders from other countries
	service                // on invoices without an order
	freight                // as the shipping of an order
)

const (
	dollar = crm.Price(1_0000)
	each   = crm.Quantity(1_0000)
)

// catalogue are the 30 products.
func catalogue() []ware {
	return []ware{
		{"BAT-LFP-100", "LFP battery 12.8 V 100 Ah", 649 * dollar, crm.GST, goods, 1 * each, 12 * each},
		{"BAT-LFP-200", "LFP battery 12.8 V 200 Ah", 1_189 * dollar, crm.GST, goods, 1 * each, 8 * each},
		{"BAT-LFP-24", "LFP battery 25.6 V 100 Ah", 1_249 * dollar, crm.GST, goods, 1 * each, 8 * each},
		{"BAT-RACK-5", "Rack battery 51.2 V 5.1 kWh", 2_395 * dollar, crm.GST, goods, 1 * each, 6 * each},
		{"BAT-WALL-10", "Wall battery 10 kWh", 5_480 * dollar, crm.GST, goods, 1 * each, 4 * each},
		{"BAT-STACK-15", "Stack battery 15 kWh", 7_950 * dollar, crm.GST, goods, 1 * each, 3 * each},
		{"BESS-50", "Cabinet battery 50 kWh", 24_900 * dollar, crm.GST, goods, 1 * each, 1 * each},
		{"BAT-AGM-120", "AGM battery 12 V 120 Ah", 289_5000, crm.GST, goods, 2 * each, 20 * each},
		{"BAT-CRANK", "Marine starter battery 12 V", 219_9500, crm.GST, goods, 2 * each, 16 * each},
		{"INV-HYB-5", "Hybrid inverter 5 kW", 1_790 * dollar, crm.GST, goods, 1 * each, 6 * each},
		{"INV-HYB-10", "Hybrid inverter 10 kW three-phase", 3_260 * dollar, crm.GST, goods, 1 * each, 4 * each},
		{"INV-OFF-3", "Off-grid inverter 3 kVA", 1_149 * dollar, crm.GST, goods, 1 * each, 6 * each},
		{"CHG-MPPT-60", "Solar charge controller 60 A", 428_5000, crm.GST, goods, 1 * each, 10 * each},
		{"CHG-DC-40", "DC-DC charger 40 A", 389 * dollar, crm.GST, goods, 1 * each, 12 * each},
		{"CAB-16", "Battery cable 16 mm², per metre", 7_8475, crm.GST, goods, 5_5000, 80 * each},
		{"CAB-35", "Battery cable 35 mm², per metre", 14_3250, crm.GST, goods, 5 * each, 60_5000},
		{"CAB-PV-6", "Solar cable 6 mm², per metre", 2_1625, crm.GST, goods, 25 * each, 300 * each},
		{"CON-MC4", "Solar connector pair", 3_9500, crm.GST, goods, 10 * each, 120 * each},
		{"FUSE-T-200", "Class T fuse 200 A with holder", 96_4000, crm.GST, goods, 1 * each, 12 * each},
		{"ISO-DC-125", "DC isolator 125 A", 138_7500, crm.GST, goods, 1 * each, 10 * each},
		{"MON-SHUNT", "Battery monitor with 500 A shunt", 264 * dollar, crm.GST, goods, 1 * each, 8 * each},
		{"ENC-IP66", "Outdoor battery enclosure IP66", 845 * dollar, crm.GST, goods, 1 * each, 4 * each},
		{"EXP-RACK-5", "Rack battery 51.2 V 5.1 kWh, export pack", 2_395 * dollar, crm.ExportTaxed, abroad, 2 * each, 16 * each},
		{"EXP-LFP-200", "LFP battery 12.8 V 200 Ah, export pack", 1_189 * dollar, crm.ExportTaxed, abroad, 2 * each, 24 * each},
		{"SVC-COMM", "Commissioning on site, per hour", 145 * dollar, crm.GST, service, 2 * each, 9_5000},
		{"SVC-CARE", "Monitoring and care plan, per month", 89 * dollar, crm.GST, service, 3 * each, 12 * each},
		{"SVC-TEST", "Battery health test with report", 260 * dollar, crm.GST, service, 1 * each, 6 * each},
		{"EDU-SAFE", "Accredited course: working safely with batteries", 395 * dollar, crm.GSTFree, service, 1 * each, 8 * each},
		{"FEE-LATE", "Interest on overdue account", 42_5000, crm.InputTaxed, service, 1 * each, 1 * each},
		{"FRT-ROAD", "Road freight, dangerous goods class 9", 68 * dollar, crm.GST, freight, 1 * each, 1 * each},
	}
}

// stocked is a ware with its place in the database.
type stocked struct {
	ware
	id crm.ProductID
}

type stock map[selling][]stocked

func (f *filling) stockUp(ctx context.Context, w records.Work) error {
	f.stock = stock{}
	for _, g := range catalogue() {
		p, err := w.CreateProduct(ctx, records.ProductInput{SKU: g.sku, Name: g.name, Price: g.price, TaxClass: g.tax})
		if err != nil {
			return fmt.Errorf("add the product %s: %w", g.sku, err)
		}
		f.stock[g.sold] = append(f.stock[g.sold], stocked{g, p.ID})
	}
	return nil
}
