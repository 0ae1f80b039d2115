package resendsim

import "net/http"

func (s *Server) routes() {
	s.mux = http.NewServeMux()
	for path, methods := range map[string]map[string]endpoint{
		"/emails":             {"POST": {(*call).sendEmail, true}, "GET": {(*call).listEmails, false}},
		"/emails/batch":       {"POST": {(*call).sendBatch, true}},
		"/emails/metrics":     {"GET": {(*call).getMetrics, false}},
		"/emails/{id}":        {"GET": {(*call).getEmail, false}, "PATCH": {(*call).patchEmail, false}},
		"/emails/{id}/cancel": {"POST": {(*call).cancelEmail, false}},

		"/emails/{id}/attachments":              {"GET": {(*call).listAttachments, false}},
		"/emails/{id}/attachments/{attachment}": {"GET": {(*call).getAttachment, false}},

		"/domains":             {"POST": {(*call).createDomain, false}, "GET": {(*call).listDomains, false}},
		"/domains/{id}":        {"GET": {(*call).getDomain, false}, "PATCH": {(*call).patchDomain, false}, "DELETE": {(*call).deleteDomain, false}},
		"/domains/{id}/verify": {"POST": {(*call).verifyDomain, false}},

		"/suppressions":              {"POST": {suppressing((*call).addSuppression), false}, "GET": {suppressing((*call).listSuppressions), false}},
		"/suppressions/batch/add":    {"POST": {suppressing((*call).addSuppressions), false}},
		"/suppressions/batch/remove": {"POST": {suppressing((*call).removeSuppressions), false}},
		"/suppressions/{id}":         {"GET": {suppressing((*call).getSuppression), false}, "DELETE": {suppressing((*call).deleteSuppression), false}},

		"/webhooks":                              {"POST": {(*call).createWebhook, false}, "GET": {(*call).listWebhooks, false}},
		"/webhooks/{id}":                         {"GET": {(*call).getWebhook, false}, "PATCH": {(*call).patchWebhook, false}, "DELETE": {(*call).deleteWebhook, false}},
		"/webhooks/{id}/events":                  {"GET": {(*call).listEvents, false}},
		"/webhooks/{id}/events/{event}":          {"GET": {(*call).getEvent, false}},
		"/webhooks/{id}/events/{event}/attempts": {"GET": {(*call).listAttempts, false}},
		"/webhooks/{id}/events/{event}/replay":   {"POST": {(*call).replayEvent, false}},
		"/webhooks/{id}/signing-secret/rotate":   {"POST": {(*call).rotateSecret, false}},
	} {
		s.mux.Handle(path, s.api(methods))
	}
	nothing := func(*call) answer { return notFound("The requested endpoint").answer() }
	unknown := map[string]endpoint{}
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} {
		unknown[method] = endpoint{nothing, false}
	}
	s.mux.Handle("/", s.api(unknown))
	s.simRoutes()
	s.pageRoutes()
}
