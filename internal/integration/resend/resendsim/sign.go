package resendsim

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// secretPrefix stands before the base64 of a signing secret's bytes.
const secretPrefix = "whsec_"

// newSecret has 24 random bytes, as the service's own.
func newSecret() string {
	secret := make([]byte, 24)
	_, _ = rand.Read(secret) // never fails
	return secretPrefix + base64.StdEncoding.EncodeToString(secret)
}

// Sign makes the svix-signature of a body: HMAC-SHA256 over id, time and body, with the bytes of the secret.
// https://docs.svix.com/receiving/verifying-payloads/how-manual
func Sign(secret, id string, at time.Time, body []byte) string {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil {
		key = []byte(secret) // a secret that a test made up
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

const idLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newMessageID is a svix-id: one an event, whatever the number of endpoints, tries and replays.
func newMessageID() string { return "msg_" + randomLetters() }

func randomLetters() string {
	letters := make([]byte, 27)
	_, _ = rand.Read(letters) // never fails
	for i := range letters {
		letters[i] = idLetters[int(letters[i])%len(idLetters)]
	}
	return string(letters)
}
