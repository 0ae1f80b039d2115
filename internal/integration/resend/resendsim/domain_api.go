package resendsim

import (
	"net/http"
	"strings"

	"github.com/google/uuid"
)

type capabilities struct {
	Sending   string `json:"sending"`
	Receiving string `json:"receiving"`
}

// domainRow is a domain as the API lists it.
type domainRow struct {
	ID                string       `json:"id"`
	Name              string       `json:"name"`
	Status            string       `json:"status"`
	CreatedAt         string       `json:"created_at"`
	Region            string       `json:"region"`
	OpenTracking      bool         `json:"open_tracking"`
	ClickTracking     bool         `json:"click_tracking"`
	TrackingSubdomain string       `json:"tracking_subdomain,omitempty"`
	Capabilities      capabilities `json:"capabilities"`
	Records           []Record     `json:"records,omitempty"`
}

type domainAnswer struct {
	Object string `json:"object"`
	domainRow
}

func switched(on bool) string {
	if on {
		return "enabled"
	}
	return "disabled"
}

func (d *Domain) row() domainRow {
	return domainRow{ID: d.ID, Name: d.Name, Status: d.Status, CreatedAt: rowTime(d.CreatedAt), Region: d.Region, OpenTracking: d.OpenTracking,
		ClickTracking: d.ClickTracking, Capabilities: capabilities{switched(d.Sending), switched(d.Receiving)}}
}

// whole is a domain with its records.
func (d *Domain) whole() domainRow {
	row := d.row()
	row.TrackingSubdomain, row.Records = d.TrackingSubdomain, d.Records
	return row
}

func (c *call) domain() (*Domain, *problem) {
	id := c.r.PathValue("id")
	if uuid.Validate(id) != nil {
		return nil, invalid("The `id` must be a valid UUID.")
	}
	if d := c.server.domains.byID[id]; d != nil {
		return d, nil
	}
	return nil, notFound("Domain")
}

func (c *call) createDomain() answer {
	f, bad := readFields(c.body)
	if bad != nil {
		return bad.answer()
	}
	name, bad := f.text("name")
	if bad == nil && name == "" {
		bad = missing("name")
	}
	if bad != nil {
		return bad.answer()
	}
	name = strings.ToLower(name)
	if bare, ok := address("a@" + name); !ok || bare != "a@"+name {
		return invalid("The `name` field must be a domain.").answer()
	}
	region, bad := f.oneOf("region", regions()...)
	if bad != nil {
		return bad.answer()
	}
	if c.server.domains.named(name) != nil {
		return problem{http.StatusForbidden, "validation_error", "The " + name + " domain has been registered already."}.answer()
	}
	d := newDomain(name, region, c.now)
	if bad := f.texts(into{"custom_return_path", &d.ReturnPath}); bad != nil {
		return bad.answer()
	}
	if bad := d.change(f); bad != nil {
		return bad.answer()
	}
	c.server.domains.add(d)
	c.server.announceDomain("domain.created", d, c.now)
	return jsonAnswer(http.StatusCreated, d.whole())
}

// change reads what may be changed later as well, and lists the records anew.
func (d *Domain) change(f fields) *problem {
	tls, bad := f.oneOf("tls", d.TLS, "opportunistic", "enforced")
	if bad != nil {
		return bad
	}
	changed := *d
	changed.TLS = tls
	for _, one := range []struct {
		name string
		into *bool
	}{{"open_tracking", &changed.OpenTracking}, {"click_tracking", &changed.ClickTracking}} {
		on, bad := f.flag(one.name)
		if bad != nil {
			return bad
		}
		if on != nil {
			*one.into = *on
		}
	}
	if bad := f.texts(into{"tracking_subdomain", &changed.TrackingSubdomain}); bad != nil {
		return bad
	}
	if bad := changed.changeUse(f); bad != nil {
		return bad
	}
	changed.makeRecords()
	changed.Status = changed.derive()
	*d = changed
	return nil
}

// changeUse reads what the domain is used for; one use must stay.
func (d *Domain) changeUse(f fields) *problem {
	if !f.has("capabilities") {
		return nil
	}
	uses, bad := readFields(f["capabilities"])
	if bad != nil {
		return invalid("The `capabilities` field must be an `object`.")
	}
	sending, bad := uses.oneOf("sending", switched(d.Sending), "enabled", "disabled")
	if bad != nil {
		return bad
	}
	receiving, bad := uses.oneOf("receiving", switched(d.Receiving), "enabled", "disabled")
	if bad != nil {
		return bad
	}
	d.Sending, d.Receiving = sending == "enabled", receiving == "enabled"
	if !d.Sending && !d.Receiving {
		return invalid("At least one capability must be enabled.")
	}
	return nil
}

func (c *call) listDomains() answer {
	all := c.server.domains.order
	newest := func(i int) *Domain { return all[len(all)-1-i] }
	return page(c, len(all), func(i int) string { return newest(i).ID }, func(i int) any { return newest(i).row() })
}

func (c *call) getDomain() answer {
	d, bad := c.domain()
	if bad != nil {
		return bad.answer()
	}
	return jsonAnswer(http.StatusOK, domainAnswer{"domain", d.whole()})
}

func (c *call) patchDomain() answer {
	d, bad := c.domain()
	if bad != nil {
		return bad.answer()
	}
	f, bad := readFields(c.body)
	if bad != nil {
		return bad.answer()
	}
	if bad := d.change(f); bad != nil {
		return bad.answer()
	}
	c.server.announceDomain("domain.updated", d, c.now)
	return jsonAnswer(http.StatusOK, named{Object: "domain", ID: d.ID})
}

func (c *call) deleteDomain() answer {
	d, bad := c.domain()
	if bad != nil {
		return bad.answer()
	}
	c.server.domains.remove(d)
	c.server.announceDomain("domain.deleted", d, c.now)
	return jsonAnswer(http.StatusOK, named{Object: "domain", ID: d.ID, Deleted: true})
}

func (c *call) verifyDomain() answer {
	d, bad := c.domain()
	if bad != nil {
		return bad.answer()
	}
	c.server.verify(d, c.now)
	return jsonAnswer(http.StatusOK, named{Object: "domain", ID: d.ID})
}
