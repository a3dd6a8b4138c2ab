# Versions of the charts that are not ours, for Makefile and Makefile.prod.
CERT_MANAGER := v1.18.2
INGRESS_NGINX := 4.14.3
METRICS_SERVER := 3.13.0
