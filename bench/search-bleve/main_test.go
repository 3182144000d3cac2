package main

import (
	"testing"

	"dateline/bench/internal/searchpeer/searchpeertest"
)

func TestEngine(t *testing.T)  { searchpeertest.Engine(t, open) }
func TestRefuses(t *testing.T) { searchpeertest.Refuses(t, open) }
