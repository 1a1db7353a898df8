package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/golang-jwt/jwt"
)

const (
	issuer   = "go-stack"
	audience = "deals"
	user     = "5f0c1c52-6d0b-4c0e-9d2a-0a8f5a1f7f10"
)

func publicKeyFile(directory string) string { return filepath.Join(directory, "public.pem") }

func makeToken(directory string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	if err := os.WriteFile(publicKeyFile(directory), text, 0o600); err != nil {
		return err
	}
	now := time.Now()
	token, err := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.StandardClaims{
		Issuer: issuer, Audience: audience, Subject: user, IssuedAt: now.Unix(), ExpiresAt: now.Add(lifetime).Unix(),
	}).SignedString(key)
	if err != nil {
		return err
	}
	fmt.Println(token)
	return nil
}

// tokenCheck finds out whose a token is.
type tokenCheck struct {
	key    *ecdsa.PublicKey
	parser *jwt.Parser
}

func newTokenCheck(directory string) (*tokenCheck, error) {
	text, err := os.ReadFile(publicKeyFile(directory))
	if err != nil {
		return nil, err
	}
	key, err := jwt.ParseECPublicKeyFromPEM(text)
	if err != nil {
		return nil, err
	}
	return &tokenCheck{key, &jwt.Parser{ValidMethods: []string{jwt.SigningMethodES256.Alg()}}}, nil
}

func (c *tokenCheck) subject(token string) (string, error) {
	var claims jwt.StandardClaims
	_, err := c.parser.ParseWithClaims(token, &claims, func(*jwt.Token) (interface{}, error) { return c.key, nil })
	if err != nil {
		return "", err
	}
	if !claims.VerifyIssuer(issuer, true) || !claims.VerifyAudience(audience, true) || claims.Subject == "" {
		return "", errors.New("the token is for somebody else")
	}
	return claims.Subject, nil
}
