package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/renoz/renoz/internal/crm"
)

// commands is what can be typed.
type commands struct {
	Config kong.ConfigFlag `help:"Read settings from this JSON file; its names are those of the flags." placeholder:"FILE"`
	Log    logging         `embed:"" prefix:"log-"`

	Serve   serve       `cmd:"" help:"Serve pages, API and webhooks, and work on jobs."`
	Work    work        `cmd:"" help:"Work on jobs without serving; any number of these may run on PostgreSQL."`
	Demo    demoCommand `cmd:"" help:"Show everything on this machine, with a simulated Xero and a year of records."`
	Migrate migrate     `cmd:"" help:"Bring the database's schema up to date."`
	Doctor  doctor      `cmd:"" help:"Check configuration, database, key and connections, and say what to do."`
	User    user        `cmd:"" help:"Organisations and the people in them."`
	Token   token       `cmd:"" help:"API tokens of programs."`
	Sync    syncCommand `cmd:"" help:"Bring an organisation and Xero into line now."`

	Xero     xeroCommand     `cmd:"" help:"The connection to Xero: health, limits and settings."`
	Contacts contactsCommand `cmd:"" help:"Contacts in Xero and customers: match, link, import and compare them."`
	Errors   errorsCommand   `cmd:"" help:"Records that did not arrive: list, retry, dismiss and restore them."`
	History  historyCommand  `cmd:"" help:"What was exchanged with services: search, show and export it."`
	Webhooks webhooksCommand `cmd:"" help:"Webhooks that arrived: list, show and replay them."`

	Invoices    invoicesCommand    `cmd:"" help:"Invoices at Xero and their payments."`
	CreditNotes creditNotesCommand `cmd:"" help:"Credit notes and what they are used for."`

	Mail    mailCommand   `cmd:"" help:"What is mailed, and whom not to write to."`
	Ask     ask           `cmd:"" help:"Ask the assistant something, as one of the people."`
	Import  importCommand `cmd:"" help:"Bring records in from files."`
	Export  export        `cmd:"" help:"Write the records of an organisation as JSON lines."`
	Backup  backup        `cmd:"" help:"Copy the database to a file while it is in use."`
	Sandbox sandbox       `cmd:"" help:"Run a simulated Xero alone."`
	Version version       `cmd:"" help:"Say which version this is."`
}

// output is where commands write.
type output struct {
	io.Writer
	err   io.Writer
	log   *slog.Logger
	quiet *slog.Logger // of commands whose own words say what was done
}

// Run does what the arguments say and returns the exit status.
func Run(args []string, stdout, stderr io.Writer) int {
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("renoz"), kong.Description("Renoz keeps a business's records and its accounts in line."),
		kong.Configuration(kong.JSON), kong.Writers(stdout, stderr), kong.UsageOnError(), kong.Exit(func(code int) { exited = code }))
	if err != nil {
		return fail(stderr, err)
	}
	parsed, err := parser.Parse(args)
	if exited == 0 { // help was asked for
		return 0
	}
	if err != nil {
		return failReading(stderr, err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	out := output{stdout, stderr, c.Log.logger(stderr, c.Log.Level), c.Log.logger(stderr, max(c.Log.Level, slog.LevelWarn))}
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(out); err != nil {
		return fail(stderr, err)
	}
	return 0
}

// failReading tells settings that cannot be read from words that make no
// command: the status is 1 for the former and 2 for the latter.
func failReading(stderr io.Writer, err error) int {
	var path *fs.PathError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &path):
		return fail(stderr, crm.Errorf(crm.Invalid, "The settings file %s cannot be read: %v. Check the name given with --config.", path.Path, path.Err))
	case errors.As(err, &syntax):
		return fail(stderr, crm.Errorf(crm.Invalid, "The settings file is not JSON: %v, at byte %d. It holds one object of names and values.", syntax, syntax.Offset))
	}
	fail(stderr, err)
	return 2
}

// fail says in one line what went wrong. Words for people stand alone; other
// errors keep their text, because whoever types commands runs the program.
func fail(stderr io.Writer, err error) int {
	text := err.Error()
	var e *crm.Error
	if errors.As(err, &e) {
		text = e.Message
		for field, words := range e.Fields {
			text += " " + field + ": " + words
		}
	}
	_, _ = fmt.Fprintln(stderr, "renoz: "+strings.ReplaceAll(text, "\n", "; "))
	return 1
}

// logging says how much is logged and how it looks.
type logging struct {
	Level  slog.Level `default:"info" env:"RENOZ_LOG_LEVEL" help:"debug, info, warn or error."`
	Format string     `default:"text" enum:"text,json" env:"RENOZ_LOG_FORMAT" help:"text or json."`
}

func (l logging) logger(w io.Writer, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
