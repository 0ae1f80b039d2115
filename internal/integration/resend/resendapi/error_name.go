package resendapi

import (
	"net/http"
	"time"
)

// Resend's names of errors. Its pages and libraries list more, and change them;
// an unknown one is judged by its status.
// https://resend.com/docs/api-reference/errors
const (
	NameRateLimit       = "rate_limit_exceeded"
	NameKeyInUse        = "concurrent_idempotent_requests"
	NameLocked          = "resource_locked"
	NameApplication     = "application_error"
	NameInternal        = "internal_server_error"
	NameUnavailable     = "service_unavailable"
	NameDailyQuota      = "daily_quota_exceeded"
	NameMonthlyQuota    = "monthly_quota_exceeded"
	NameAboveQuota      = "email_above_quota"
	NameKeyMissing      = "missing_api_key"
	NameKeyRestricted   = "restricted_api_key"
	NameKeyRefused      = "invalid_api_key"
	NameKeySuspended    = "suspended_api_key"
	NamePermission      = "invalid_permission"
	NameValidation      = "validation_error"
	NameParameter       = "invalid_parameter"
	NameFieldMissing    = "missing_required_field"
	NameFieldsMissing   = "missing_required_fields"
	NameArgumentMissing = "missing_required_parameter"
	NameAttachment      = "invalid_attachment"
	NameSecurity        = "security_error"
	NameKeyFormat       = "invalid_idempotency_key"
	NameKeyReused       = "invalid_idempotent_request"
	NameNotFound        = "not_found"
	NameMethod          = "method_not_allowed"
)

// How long to wait when Resend does not say. The rate is counted by the second;
// a key or row in use is free when the other request ends.
const (
	rateWait  = time.Second
	inUseWait = 5 * time.Second
)

// verdict is what a failure means for the call that met it.
type verdict struct {
	kind Kind
	code string
	gone bool
	wait time.Duration // used when the answer names none
}

// judge reads Resend's name of the error, and its status where the name is not
// one that we know.
func judge(e exchange, status int, name string) verdict {
	v := verdict{kind: kindOfName(e, status, name), code: name}
	switch name {
	case NameRateLimit:
		v.wait = rateWait
	case NameLocked:
		v.wait = inUseWait
	case NameKeyInUse:
		v.wait, v.gone = inUseWait, e.writes
	case NameKeyReused, NameApplication, NameInternal, NameUnavailable:
		v.gone = e.writes
	}
	if v.kind == "" {
		return judgeStatus(e, status)
	}
	return v
}

// kindOfName is "" for an unknown name.
func kindOfName(e exchange, status int, name string) Kind {
	switch name {
	case NameRateLimit, NameKeyInUse, NameLocked:
		return KindRetry
	case NameApplication, NameInternal, NameUnavailable:
		return e.failed()
	case NameDailyQuota, NameMonthlyQuota, NameAboveQuota:
		return KindPause
	case NameKeyMissing, NameKeyRestricted, NameKeyRefused, NameKeySuspended, NamePermission:
		return KindStopKey
	case NameValidation:
		switch {
		case status == http.StatusUnauthorized: // how some pages say that the key is not known
			return KindStopKey
		case status == http.StatusForbidden && e.sends:
			return KindStopSender
		}
		return KindFix
	case NameParameter, NameFieldMissing, NameFieldsMissing, NameArgumentMissing, NameAttachment, NameSecurity:
		return KindFix
	case NameKeyFormat, NameKeyReused, NameMethod:
		return KindBug
	case NameNotFound:
		return KindNotFound
	}
	return ""
}

func judgeStatus(e exchange, status int) verdict {
	v := verdict{code: CodeStatus}
	switch {
	case status >= 500:
		v.kind, v.gone = e.failed(), e.writes
	case status == http.StatusTooManyRequests:
		v.kind, v.wait = KindRetry, rateWait
	case status == http.StatusRequestTimeout:
		v.kind, v.gone, v.code = e.lost(), e.writes, CodeNoAnswer
	case status == http.StatusConflict:
		v.kind, v.gone, v.wait = e.failed(), e.writes, inUseWait
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		v.kind = KindStopKey
	case status == http.StatusNotFound:
		v.kind = KindNotFound
	case status == http.StatusRequestEntityTooLarge:
		v.kind, v.code = KindFix, CodeTooLarge
	case status == http.StatusBadRequest, status == http.StatusUnprocessableEntity,
		status == http.StatusUnavailableForLegalReasons:
		v.kind = KindFix
	case status >= 400:
		v.kind = KindBug
	case status >= 300:
		v.kind, v.code = KindPause, CodeRedirected
	default:
		v.kind, v.gone, v.code = e.lost(), e.writes, CodeUnreadable
	}
	return v
}
