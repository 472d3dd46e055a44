package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
)

var areas = []string{"us-east", "eu-west", "ap-south", "sa-east", "ca-central"}

// makeMappedData answers image ids by region, in an order that looks random: the regions' numbers come from a
// linear congruential generator, whose 32-bit period leaves no two alike.
func makeMappedData(size int) map[string]string {
	data := make(map[string]string, size)
	state := uint32(1)
	for i := range size {
		state = state*1664525 + 1013904223
		data[fmt.Sprintf("%s-%08x", areas[i%len(areas)], state)] = fmt.Sprintf("ami-%08x", i)
	}
	return data
}

// digest is the SHA-256 of all entries by sorted region, each as "region=ami\n".
func digest(data map[string]string) string {
	hash := sha256.New()
	for _, region := range slices.Sorted(maps.Keys(data)) {
		fmt.Fprintf(hash, "%s=%s\n", region, data[region])
	}
	return hex.EncodeToString(hash.Sum(nil))
}
