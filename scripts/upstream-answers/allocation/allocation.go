// Package allocation gives Services their addresses and ports as the registry of Services does. What does the work is upstream's and not exported:
// ask.mjs puts alloc.go, storage.go and transaction.go of pkg/registry/core/service/storage beside this file, where git ignores them.
package allocation

import (
	"net"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	api "k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/registry/core/service/ipallocator"
	"k8s.io/kubernetes/pkg/registry/core/service/portallocator"
)

// Services hold 10.96.0.0/16 and ports 30000-32767, as kubeadm sets them.
type Services struct{ registry *REST }

func New() *Services {
	_, addresses, _ := net.ParseCIDR("10.96.0.0/16")
	ports, _ := utilnet.ParsePortRange("30000-32767")
	addressAllocator, err := ipallocator.NewInMemory(addresses)
	if err != nil {
		panic(err)
	}
	portAllocator, err := portallocator.NewInMemory(*ports)
	if err != nil {
		panic(err)
	}
	families := map[api.IPFamily]ipallocator.Interface{api.IPv4Protocol: addressAllocator}
	return &Services{&REST{primaryIPFamily: api.IPv4Protocol, secondaryIPFamily: api.IPv6Protocol, alloc: makeAlloc(api.IPv4Protocol, families, portAllocator)}}
}

func (s *Services) Create(service *api.Service) error {
	finish, err := s.registry.beginCreate(nil, service, &metav1.CreateOptions{})
	if err == nil {
		finish(nil, true)
	}
	return err
}

func (s *Services) Update(service, stored *api.Service) error {
	finish, err := s.registry.beginUpdate(nil, service, stored, &metav1.UpdateOptions{})
	if err == nil {
		finish(nil, true)
	}
	return err
}

func (s *Services) Read(service *api.Service) { s.registry.defaultOnReadService(service) }
