package cli

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
)

type (
	mailPause struct {
		mailPlace `embed:""`
	}
	mailResume struct {
		mailPlace `embed:""`
	}
)

// Run stops all mail.
func (m *mailPause) Run(ctx context.Context, out output) error {
	return m.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		if err := s.Pause(ctx); err != nil {
			return err
		}
		_, err := fmt.Fprintln(out, "Mail is paused. What is written waits.")
		return err
	})
}

// Run lets mail leave again.
func (m *mailResume) Run(ctx context.Context, out output) error {
	return m.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		if err := s.Resume(ctx); err != nil {
			return err
		}
		_, err := fmt.Fprintln(out, "Mail goes on.")
		return err
	})
}

type mailSuppress struct {
	mailPlace `embed:""`
	Address   string `arg:"" help:"Address that is not to be written to."`
	Note      string `help:"Why, for those who ask later."`
}

// Run stops all mail to an address, and says the id that undoes it.
func (m *mailSuppress) Run(ctx context.Context, out output) error {
	return m.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		if err := s.Suppress(ctx, m.Address, m.Note); err != nil {
			return err
		}
		address, err := crm.ParseEmail(m.Address)
		if err != nil {
			return err
		}
		held, err := s.SuppressionOf(ctx, address)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s gets no mail any more. `renoz mail unsuppress %s --reason …` undoes it.\n", held.Address, held.ID)
		return err
	})
}

type mailUnsuppress struct {
	mailPlace `embed:""`
	ID        string `arg:"" help:"Id of the suppression."`
	Reason    string `required:"" help:"Why mail may go to the address again."`
}

// Run lets mail go to an address again.
func (m *mailUnsuppress) Run(ctx context.Context, out output) error {
	id, err := crm.ParseID[mail.Suppression](m.ID)
	if err != nil {
		return crm.Errorf(crm.Invalid, "%q is not the id of a suppression.", m.ID)
	}
	return m.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		held, err := s.Suppression(ctx, id)
		if err != nil {
			return err
		}
		if err := s.Unsuppress(ctx, id, m.Reason); err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "Mail may go to %s again.\n", held.Address)
		return err
	})
}
