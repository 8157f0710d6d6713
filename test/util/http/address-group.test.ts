import { expect, test } from "vitest";
import { groupOfAddress } from "../../../src/util/http/address-group.ts";

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002::1", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["2001:db8:1:2:3::", "2001:db8:1:2::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["64:ff9b::192.0.2.33", "64:ff9b:0:0::/64"],
  ["192.0.2.7:4711", "192.0.2.7"],
  ["[2001:db8::9]", "2001:db8:0:0::/64"],
  ["[2001:db8::9]:4711", "2001:db8:0:0::/64"],
  ["[::ffff:192.0.2.7]:1", "192.0.2.7"],
  ["unknown", "unknown"],
  ["made up", "unknown"],
  ["1.2.3.4.5", "unknown"],
  ["192.0.2.7:123456", "unknown"],
])("The address %s is counted under %s", (address, group) => {
  expect(groupOfAddress(address)).toBe(group);
});
