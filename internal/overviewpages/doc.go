// Package overviewpages shows the first page: key figures, sales by month, the
// state of the exchange with services, orders to ship and what was exchanged
// last.
//
// It owns which figures stand there and what each reader may see of them. It
// does not own the figures, which records keeps, nor the cards of services,
// which their own pages draw.
package overviewpages
