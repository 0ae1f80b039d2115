package resendsim

import (
	"maps"
	"strings"

	"github.com/google/uuid"
)

// DomainSeed is a domain that exists from the start. It verifies at once or waits to be verified.
type DomainSeed struct {
	Name                        string
	Region                      string // default us-east-1
	Verified                    bool
	OpenTracking, ClickTracking bool
	TrackingSubdomain           string
	Receiving                   bool
	DMARC                       string            // TXT record at _dmarc; empty: none
	Published                   map[string]string // as SetRecord says it, by Record.Key
}

// seedDomain adds a domain of the start.
func (s *Server) seedDomain(seed DomainSeed) {
	if seed.Region == "" {
		seed.Region = regions()[0]
	}
	d := newDomain(strings.ToLower(seed.Name), seed.Region, s.now())
	d.ID = uuid.NewSHA1(uuid.NameSpaceDNS, []byte(d.Name)).String() // the same at every start
	d.OpenTracking, d.ClickTracking, d.DMARC = seed.OpenTracking, seed.ClickTracking, seed.DMARC
	d.TrackingSubdomain, d.Receiving = seed.TrackingSubdomain, seed.Receiving
	maps.Copy(d.outcomes, seed.Published)
	d.makeRecords()
	if seed.Verified {
		for i := range d.Records {
			d.Records[i].Status = verified
		}
		d.Status = d.derive()
	}
	s.domains.add(d)
}
