package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	Sandbox sandbox     `cmd:"" help:"Run a simulated Xero alone."`
	Version version     `cmd:"" help:"Say which version this is."`
}

// output is where commands write.
type output struct {
	io.Writer
	err io.Writer
	log *slog.Logger
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
		fail(stderr, err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	out := output{stdout, stderr, c.Log.logger(stderr)}
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(out); err != nil {
		return fail(stderr, err)
	}
	return 0
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

func (l logging) logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: l.Level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
