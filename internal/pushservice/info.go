package pushservice

import (
	"crypto/x509"
	"encoding/json"
	"errors"
)

// Info is what another process needs to use a service.
type Info struct {
	Control       string   `json:"control"`
	Origins       []string `json:"origins"`
	Addresses     []string `json:"addresses"`
	CA            string   `json:"ca"` // PEM
	Seed          string   `json:"seed"`
	Subscriptions int      `json:"subscriptions"`
}

// Info tells all of that.
func (s *Service) Info() Info {
	return Info{Control: s.Control(), Origins: s.Origins(), Addresses: s.Addresses(), CA: string(s.ca.pem()), Seed: s.o.Seed, Subscriptions: s.o.Subscriptions}
}

// Issuer makes the subscriptions of the service.
func (i *Info) Issuer() *Issuer { return NewIssuer(i.Seed, i.Origins) }

// Pool are those to trust.
func (i *Info) Pool() (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(i.CA)) {
		return nil, errors.New("push service's certificate cannot be read")
	}
	return pool, nil
}

// String is the JSON in one line, for a child process to print.
func (i Info) String() string {
	b, err := json.Marshal(i)
	if err != nil {
		panic(err) // it is made of strings
	}
	return string(b)
}
