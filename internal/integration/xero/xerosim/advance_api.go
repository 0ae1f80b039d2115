package xerosim

import "net/http"

// listAdvances serves GET Overpayments and GET Prepayments.
func listAdvances(list string) func(*call) answer {
	return func(c *call) answer {
		q, err := c.readQuery()
		if err != nil {
			return badQuery(err)
		}
		found := collect(&c.books.advances, q, func(v *Advance) row {
			r := c.books.advanceRow(v)
			r.hidden = v.isOverpayment() != (list == "Overpayments")
			return r
		})
		views := make([]Advance, len(found.rows))
		for i, v := range found.rows {
			views[i] = c.books.advanceView(v, q.paged, c.rules.fourDecimals)
		}
		return c.listEnvelope(found.pagination, field{list, views})
	}
}

// getAdvance serves GET Overpayments/{id} and GET Prepayments/{id}.
func getAdvance(list string) func(*call) answer {
	return func(c *call) answer {
		id, known := c.creditID(list)
		if !known {
			return notFound()
		}
		return c.envelope(http.StatusOK, field{list, []Advance{c.books.advanceView(c.books.advances.rows[id], true, c.rules.fourDecimals)}})
	}
}

func (b *books) advanceRow(v *Advance) row {
	contact := b.contacts.rows[v.Contact.ContactID]
	return row{id: v.ID(), number: v.InvoiceNumber, contact: v.Contact.ContactID, status: v.Status, reference: v.Reference,
		updated: v.UpdatedDateUTC, words: []string{v.Reference, contact.Name},
		value: func(path string) (any, bool) {
			switch path {
			case "OverpaymentID":
				return v.OverpaymentID, v.isOverpayment()
			case "PrepaymentID":
				return v.PrepaymentID, !v.isOverpayment()
			case "InvoiceNumber":
				return v.InvoiceNumber, true
			case "Type":
				return v.Type, true
			case "RemainingCredit":
				return amountOf(v.RemainingCredit), true
			}
			return commonValue(path, common{v.Status, v.Reference, v.Date, v.UpdatedDateUTC, v.Total, contact})
		}}
}
