package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options is what can be chosen.
type options struct {
	program     string
	database    string
	tenant      string
	connections int
	rounds      int
	round       time.Duration
	profile     string
	keep        bool
}

func main() {
	var o options
	baseline := flag.String("baseline", "", "serve the comparison at this `address` with the key in "+keyVariable+", and nothing else")
	flag.StringVar(&o.program, "program", "", "the built `file`; without it ./cmd/renoz is built")
	flag.StringVar(&o.database, "database", "", "postgres://… of an empty database, in place of a new SQLite `file`")
	flag.StringVar(&o.tenant, "tenant", "", "`id` of the Xero organisation that the webhooks name; without it one that nobody has connected")
	flag.IntVar(&o.connections, "connections", 128, "how many connections send at once")
	flag.IntVar(&o.rounds, "rounds", 3, "how many rounds each server gets")
	flag.DurationVar(&o.round, "round", 5*time.Second, "how long a round is")
	flag.StringVar(&o.profile, "profile", "", "`address` of the program's profiler, read during the second round, for a program built with one")
	flag.BoolVar(&o.keep, "keep", false, "leave the data folder behind and say where it is")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := error(nil)
	if *baseline != "" {
		err = serveBaseline(ctx, *baseline, os.Getenv(keyVariable))
	} else {
		err = measure(ctx, os.Stdout, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		os.Exit(1)
	}
}
