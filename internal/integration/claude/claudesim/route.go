package claudesim

import "net/http"

func (s *Server) routes() {
	s.mux = http.NewServeMux()
	for path, methods := range map[string]map[string]endpoint{
		"/v1/messages":              {"POST": (*call).createMessage},
		"/v1/messages/count_tokens": {"POST": (*call).countTokens},

		"/v1/messages/batches/{id}":         {"GET": (*call).getBatch, "DELETE": (*call).deleteBatch},
		"/v1/messages/batches/{id}/cancel":  {"POST": (*call).cancelBatch},
		"/v1/messages/batches/{id}/results": {"GET": (*call).batchResults},

		"/v1/models":      {"GET": (*call).listModels},
		"/v1/models/{id}": {"GET": (*call).getModel},
	} {
		s.mux.Handle(path, s.api(methods, largestMessage))
	}
	s.mux.Handle("/v1/messages/batches", s.api(map[string]endpoint{"POST": (*call).createBatch, "GET": (*call).listBatches}, largestBatch))
	nothing := func(c *call) answer { return c.refuse(*notFound("Not found")) }
	unknown := map[string]endpoint{}
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} {
		unknown[method] = nothing
	}
	s.mux.Handle("/", s.api(unknown, largestMessage))
	s.simRoutes()
	s.pageRoutes()
}
