/* built */
var siteInfo = {"projectName": "/EWB_LY_Mid", "siteGuid": "7eb5f7f1-0000-43ad-8e13-8fcb82ea831a"};
