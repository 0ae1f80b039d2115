package resend

import (
	"context"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/store"
)

// Template is what an organisation sends under a key, such as receipt. A missing
// one is an Error of kind NotFound.
func (s *Service) Template(_ context.Context, _ store.Reader, _ crm.OrgID, key string) (template.Template, error) {
	all, err := template.Library()
	if err != nil {
		return template.Template{}, err
	}
	for _, starter := range all {
		if starter.Key == key {
			return starter.Template, nil
		}
	}
	return template.Template{}, crm.Errorf(crm.NotFound, "There is no template %q.", key)
}
