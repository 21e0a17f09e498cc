"""Pages that stand in for the page that was asked for: challenges, firewalls, logins, soft 404s, shells. Pure.

They are recognised, never got round. A page counts only when it says next to nothing else: an article may speak of
系统维护, and a site behind a script firewall has the firewall's marks on its good pages too.
"""

import re

CHALLENGE_STATUS = {412, 468, 521}
LARGEST = 64 * 1024  # bytes; a stand-in is small
WORDS = 200  # characters of visible text that a stand-in has at most
LOGIN_WORDS = 400  # and a login page, with its help and its links
FEW = 30  # a page that says no more than its title says nothing
MARKS = (
    "$_ts=", "$_ts.", "$_ts =", "$_ts[", "window._$ts",
    "puzzle-vcode", "__jsl_clearance", "wzws-waf", "online-desc-con", "geetest", "_waf_", "acw_sc__v2", "AliyunCaptcha",
    "nc_1_wrapper", "TencentCaptcha", "waf_captcha", "SafeLineChallenge", "slide-verify", "sliderVerify", "cf-chl-",
)  # fmt: skip
SETS_COOKIE = re.compile(r"document\.cookie\s*=(?!=)")
BLOCK_WORDS = (
    "访问频率限制", "访问过于频繁", "访问频繁", "请输入验证码", "滑动验证", "安全验证", "访问受限", "访问被拒绝",
    "拒绝访问", "访问被拦截", "请求被拦截", "已被拦截", "造成安全威胁", "系统繁忙",
    "系统维护", "网站维护", "请稍候", "不合法的参数", "非法请求",
    "存在安全风险", "人机验证", "请完成验证", "拖动滑块", "向右滑动", "按住滑块", "网站防火墙", "被防火墙",
    "请开启javascript并刷新",
    "just a moment", "request blocked", "access denied",
)  # fmt: skip
ERROR_WORDS = (
    "出错了", "页面不存在", "页面未找到", "找不到页面", "您访问的页面", "您所访问的页面", "信息不存在", "文章不存在",
    "404 not found", "页面走丢", "页面已删除", "内容已删除", "链接已失效", "栏目不存在",
)  # fmt: skip
SILENT = re.compile(r"<(script|style|noscript)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<[^<>]*>")
PASSWORD = re.compile(r"<input\b[^<>]*\btype\s*=\s*[\"']?password\b", re.IGNORECASE)


def visible_text(html: str) -> str:
    """What a reader sees of a small page, roughly, title included; for judging, not for keeping."""
    return " ".join(TAG.sub(" ", SILENT.sub(" ", html)).split())


def is_challenge(html: str, status: int = 200) -> bool:
    """Whether a page is a firewall's or asks the reader to prove to be a person.

    The words count for 200 and 403 only: a 503 that speaks of 系统维护 is what it says.
    """
    if len(html) > LARGEST:
        return False
    said = visible_text(html)
    if len(said) > WORDS:
        return False
    if any(mark in html for mark in MARKS) or (len(said) <= FEW and _sets_a_cookie_and_reloads(html)):
        return True
    said = said.lower()
    return status in (200, 403) and any(word in said for word in BLOCK_WORDS)


def is_login(html: str) -> bool:
    """Whether a page is there to log in: it asks for a password and says little else."""
    return len(html) <= LARGEST and bool(PASSWORD.search(html)) and len(visible_text(html)) <= LOGIN_WORDS


def is_shell(html: str) -> bool:
    """Whether a page shows nothing by itself, though its scripts might fill it."""
    return len(html) <= LARGEST and "<script" in html.lower() and len(visible_text(html)) <= FEW


def is_error_page(html: str) -> bool:
    """Whether a page says only that there is nothing here."""
    if len(html) > LARGEST:
        return False
    said = visible_text(html).lower()
    return len(said) <= WORDS and any(word in said for word in ERROR_WORDS)


def _sets_a_cookie_and_reloads(html: str) -> bool:
    """What a challenge does when it is nothing but a script."""
    return "location" in html and bool(SETS_COOKIE.search(html))
