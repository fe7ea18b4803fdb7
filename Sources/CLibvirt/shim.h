#pragma once
// A module is built alone, and libvirt's headers do not define NULL.
#include <stddef.h>
#include <sys/prctl.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

// Doors to what Swift cannot see: VIR_DOMAIN_EVENT_CALLBACK is a macro that casts every kind of callback to one type,
// so each kind gets a door that keeps its type. Each returns the id of the subscription, or -1.

#define VMCTL_EVENT_DOOR(name, id, type) \
  static inline int name(virConnectPtr connection, type callback, void *opaque, virFreeCallback release) { \
    return virConnectDomainEventRegisterAny( \
      connection, NULL, id, VIR_DOMAIN_EVENT_CALLBACK(callback), opaque, release); \
  }

VMCTL_EVENT_DOOR(vmctl_on_lifecycle, VIR_DOMAIN_EVENT_ID_LIFECYCLE, virConnectDomainEventCallback)
VMCTL_EVENT_DOOR(vmctl_on_reboot, VIR_DOMAIN_EVENT_ID_REBOOT, virConnectDomainEventGenericCallback)
VMCTL_EVENT_DOOR(
  vmctl_on_device_added, VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, virConnectDomainEventDeviceAddedCallback)
VMCTL_EVENT_DOOR(
  vmctl_on_device_removed, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, virConnectDomainEventDeviceRemovedCallback)
VMCTL_EVENT_DOOR(
  vmctl_on_removal_failed, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED,
  virConnectDomainEventDeviceRemovalFailedCallback)
VMCTL_EVENT_DOOR(
  vmctl_on_metadata_change, VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, virConnectDomainEventMetadataChangeCallback)
VMCTL_EVENT_DOOR(vmctl_on_tunable, VIR_DOMAIN_EVENT_ID_TUNABLE, virConnectDomainEventTunableCallback)
VMCTL_EVENT_DOOR(
  vmctl_on_balloon_change, VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, virConnectDomainEventBalloonChangeCallback)
VMCTL_EVENT_DOOR(vmctl_on_tray_change, VIR_DOMAIN_EVENT_ID_TRAY_CHANGE, virConnectDomainEventTrayChangeCallback)
VMCTL_EVENT_DOOR(vmctl_on_block_job, VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, virConnectDomainEventBlockJobCallback)

#undef VMCTL_EVENT_DOOR

// prctl is variadic. A thread's name is at most 15 bytes.
static inline void vmctl_name_this_thread(const char *name) {
  prctl(PR_SET_NAME, (unsigned long)name, 0, 0, 0);
}

