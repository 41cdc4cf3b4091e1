"""The volunteer force of couriers (快递蜀黍): reports with one tap, help nearby, notes of delay, the honour list."""
