// Package optoutpages is where the links in marketing mail lead: a page without
// sign-in that ends such mail, and the address that mail clients call for one
// click. Opening the page changes nothing.
package optoutpages
