"""What WeCom's apps, its customer service and Official Accounts share: crypto, XML, callbacks, access tokens."""
