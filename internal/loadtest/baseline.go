package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
)

// keyVariable names the webhook key in the environment of the comparison.
const keyVariable = "LOADTEST_KEY"

// maxBody is the largest webhook, as in package inbox.
const maxBody = 1 << 20

// serveBaseline answers 200 to what is signed and 401 to anything else, and
// does nothing besides. Its settings are those of the program's server.
func serveBaseline(ctx context.Context, address, key string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhooks/xero", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil || !xeroapi.VerifySignature([]byte(key), body, r.Header.Get(xeroapi.SignatureHeader)) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusOK)
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
	}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
