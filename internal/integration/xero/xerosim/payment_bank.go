package xerosim

import "github.com/google/uuid"

// reconcile marks a payment as matched with the bank, or takes the mark off.
func (c *change) reconcile(id string, matched bool) []string {
	row := c.b.payments.rows[id]
	if row == nil || row.Status != statusAuthorised {
		return []string{"The payment could not be found"}
	}
	next := *row
	next.IsReconciled, next.UpdatedDateUTC = matched, newDate(c.now)
	c.putPayment(&next)
	return nil
}

// batch joins payments that the bank shows as one. Members can be deleted only with the batch.
func (c *change) batch(ids []string) []string {
	if len(ids) == 0 {
		return []string{"A batch payment needs at least one payment"}
	}
	joint := BatchPayment{BatchPaymentID: uuid.NewString(), Type: "RECBATCH", Status: statusAuthorised}
	var total Amount
	for _, id := range ids {
		row := c.b.payments.rows[id]
		switch {
		case row == nil || row.Status != statusAuthorised || row.Invoice == nil:
			return []string{"The payment " + id + " could not be found"}
		case row.BatchPaymentID != "" || row.IsReconciled:
			return []string{"The payment " + id + " is reconciled or in a batch already"}
		}
		total += row.Amount
		joint.Date = laterDate(joint.Date, row.Date)
	}
	joint.TotalAmount = &total
	for _, id := range ids {
		next := *c.b.payments.rows[id]
		if next.BatchPaymentID != "" {
			return []string{"The payment " + id + " is named twice"}
		}
		next.BatchPaymentID, next.BatchPayment, next.UpdatedDateUTC = joint.BatchPaymentID, &joint, newDate(c.now)
		c.putPayment(&next)
	}
	return nil
}
