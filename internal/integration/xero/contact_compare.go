package xero

// verdict is what is to be done about a field of which both sides are known.
type verdict string

// The verdicts.
const (
	agreed verdict = "agreed" // both say the same
	take   verdict = "take"   // Xero's value comes here
	send   verdict = "send"   // our value goes there
	ask    verdict = "ask"    // both changed; a person decides
)

// judgement is what comparing a customer with a contact found.
type judgement struct {
	verdicts map[Field]verdict
	both     map[Field]bool // both sides had changed it, and the owner decided
}

// judge compares both sides with what was last agreed, field by field. A side
// that alone changed a field wins; where both did, its owner does. Fields that
// theirs lacks cannot be compared and are left out.
func judge(base, ours, theirs Values, owners map[Field]Owner) judgement {
	out := judgement{map[Field]verdict{}, map[Field]bool{}}
	for _, f := range Fields() {
		there, comparable := theirs[f]
		if !comparable {
			continue
		}
		before, here := base[f], ours[f]
		switch {
		case here == there:
			out.verdicts[f] = agreed
		case f == FieldTerms && here == "" && there == before: // Xero has no word for "as usual", so they stay there
			continue
		case f == FieldNumber: // the key by which we find the contact again
			out.verdicts[f] = send
		case there == before:
			out.verdicts[f] = send
		case here == before:
			out.verdicts[f] = take
		default:
			out.verdicts[f] = byOwner(owners[f])
			out.both[f] = out.verdicts[f] != ask
		}
	}
	return out
}

func byOwner(o Owner) verdict {
	switch o {
	case OwnerRenoz:
		return send
	case OwnerXero:
		return take
	}
	return ask
}

// of are the fields with a verdict, in their order.
func (j judgement) of(v verdict) []Field {
	var out []Field
	for _, f := range Fields() {
		if j.verdicts[f] == v {
			out = append(out, f)
		}
	}
	return out
}

// next is what is agreed once what is taken has been taken. What is to be sent
// or decided stays as it was.
func (j judgement) next(base, ours, theirs Values) Values {
	out := Values{}
	for f, v := range base {
		out[f] = v
	}
	for f, v := range j.verdicts {
		switch v {
		case agreed:
			out[f] = ours[f]
		case take:
			out[f] = theirs[f]
		}
	}
	return out
}

// baseOf is what was agreed. Links from before all fields were kept are read
// as if Xero had not changed the others.
func baseOf(snapshot string, theirs Values) Values {
	base := decodeValues(snapshot)
	if _, old := base["status"]; !old {
		return base
	}
	delete(base, "status")
	for f, v := range theirs {
		if _, known := base[f]; !known {
			base[f] = v
		}
	}
	return base
}
