BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0005');
CREATE TABLE conversations (
	"key" VARCHAR(64) NOT NULL, 
	data TEXT NOT NULL, 
	updated FLOAT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "conversations" VALUES('5000003:5000003','{"clause":"wuhan-development-zones/4.2","said":"\n首次认定的高企补贴多少\n首次认定的高企补贴多少","exchanges":[{"message":1,"asked":"首次认定的高企补贴多少","status":"answer","target":"wuhan-development-zones/4.2","missed":true},{"message":3,"asked":"武汉的人才住房怎么申请","status":"none","target":"","missed":true},{"message":8,"asked":"首次认定的高企补贴多少","status":"answer","target":"wuhan-development-zones/4.2","missed":false}]}',1.79584988517422437662e+09);
CREATE TABLE daily (
	day VARCHAR(10) NOT NULL, 
	kind VARCHAR(12) NOT NULL, 
	name VARCHAR(160) NOT NULL, 
	count INTEGER NOT NULL, 
	PRIMARY KEY (day, kind, name)
);
CREATE TABLE feedback (
	"key" VARCHAR(96) NOT NULL, 
	target VARCHAR(160) NOT NULL, 
	verdict VARCHAR(8) NOT NULL, 
	reason VARCHAR(16) NOT NULL, 
	at FLOAT NOT NULL, asker VARCHAR(32) DEFAULT '' NOT NULL, update_id BIGINT, 
	PRIMARY KEY ("key")
);
INSERT INTO "feedback" VALUES('dd57ed0a6bf57af185a4d69c7b15bb12','wuhan-development-zones/4.2','down','',1.79584988513204622264e+09,'21e6d229a43f5fd4d2ecc315e8282706',100000001);
CREATE TABLE moved_chats (
	old BIGINT NOT NULL, 
	new BIGINT NOT NULL, 
	PRIMARY KEY (old)
);
CREATE TABLE notices (
	"key" VARCHAR(200) NOT NULL, 
	at FLOAT NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE questions (
	id INTEGER NOT NULL, 
	update_id BIGINT, 
	at FLOAT NOT NULL, 
	day VARCHAR(10) NOT NULL, 
	channel VARCHAR(12) NOT NULL, 
	asker VARCHAR(32) NOT NULL, 
	text TEXT NOT NULL, 
	words TEXT NOT NULL, 
	outcome VARCHAR(12) NOT NULL, 
	target VARCHAR(160) NOT NULL, 
	rule VARCHAR(40) NOT NULL, 
	score FLOAT, 
	margin FLOAT, 
	near TEXT NOT NULL, 
	units TEXT NOT NULL, 
	seconds FLOAT NOT NULL, 
	settled VARCHAR(32) DEFAULT '' NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (update_id)
);
INSERT INTO "questions" VALUES(1,100000001,1.79584988511870217325e+09,'2026-11-28','private','21e6d229a43f5fd4d2ecc315e8282706','首次认定的高企补贴多少','首次认定 高企补贴','answer','wuhan-development-zones/4.2','best match',0.9982,0.9965,'wuhan-development-zones/4.2','市科技局
市财政局
市发展改革委
各区人民政府
武汉东湖新技术开发区管委会
武汉经济技术开发区管委会
武汉临空港经济技术开发区管委会',0.0147,'');
INSERT INTO "questions" VALUES(2,100000003,1.79584988514010119439e+09,'2026-11-28','private','21e6d229a43f5fd4d2ecc315e8282706','武汉的人才住房怎么申请','武汉 人才 住房 怎么申请','none','topic:public-rental','not covered',0.8263,0.6685,'wuhan-development-zones/1.5 wuhan-development-zones/2.2 wuhan-development-zones/4.4','',0.0042,'');
INSERT INTO "questions" VALUES(3,100000006,1.79584988517220497136e+09,'2026-11-28','private','21e6d229a43f5fd4d2ecc315e8282706','首次认定的高企补贴多少','首次认定 高企补贴','answer','wuhan-development-zones/4.2','best match',0.9982,0.9965,'wuhan-development-zones/4.2','市科技局
市财政局
市发展改革委
各区人民政府
武汉东湖新技术开发区管委会
武汉经济技术开发区管委会
武汉临空港经济技术开发区管委会',0.0036,'');
CREATE TABLE ticket_answers (
	id INTEGER NOT NULL, 
	chat BIGINT NOT NULL, 
	message BIGINT NOT NULL, 
	ticket BIGINT NOT NULL, 
	passed BIGINT NOT NULL, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (chat, message)
);
INSERT INTO "ticket_answers" VALUES(1,-1000000004002,2,1,7,1760320800.0);
CREATE TABLE ticket_openings (
	number BIGINT NOT NULL, 
	asker VARCHAR(32) NOT NULL, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (number)
);
INSERT INTO "ticket_openings" VALUES(1,'21e6d229a43f5fd4d2ecc315e8282706',1760320800.0);
CREATE TABLE tickets (
	id INTEGER NOT NULL, 
	update_id BIGINT NOT NULL, 
	chat BIGINT NOT NULL, 
	person BIGINT NOT NULL, 
	message BIGINT NOT NULL, 
	question TEXT NOT NULL, 
	context TEXT NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	closed_by VARCHAR(8) NOT NULL, 
	opened FLOAT NOT NULL, 
	posted FLOAT NOT NULL, 
	answered FLOAT NOT NULL, 
	closed FLOAT NOT NULL, 
	answers INTEGER NOT NULL, 
	additions INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (update_id)
);
INSERT INTO "tickets" VALUES(1,100000004,5000003,5000003,3,'武汉的人才住房怎么申请','机器人的回答：没有规定
这之前问过：
• 首次认定的高企补贴多少 → 4.2 完善新兴产业培育机制（提问人说不好）','open','',1760320800.0,1760320800.0,1760320800.0,0.0,1,0);
CREATE TABLE updates (
	seq INTEGER NOT NULL, 
	update_id BIGINT NOT NULL, 
	received FLOAT NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	steps INTEGER NOT NULL, 
	starts INTEGER NOT NULL, 
	raw TEXT NOT NULL, 
	error TEXT NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (update_id)
);
INSERT INTO "updates" VALUES(1,100000001,1.79584988509456944466e+09,'done',1,0,'','');
INSERT INTO "updates" VALUES(2,100000002,1.79584988512503290172e+09,'done',1,0,'','');
INSERT INTO "updates" VALUES(3,100000003,1.79584988513514089581e+09,'done',1,0,'','');
INSERT INTO "updates" VALUES(4,100000004,1.79584988514231586455e+09,'done',2,0,'','');
INSERT INTO "updates" VALUES(5,100000005,1.79584988515974545474e+09,'done',2,0,'','');
INSERT INTO "updates" VALUES(6,100000006,1.79584988516957807539e+09,'done',1,0,'','');
INSERT INTO "updates" VALUES(7,100000007,1.79584988517452430727e+09,'open',0,0,'{"update_id":100000007,"message":{"message_id":10,"from":{"id":5000003,"is_bot":false,"first_name":"甲","username":"alice","language_code":"zh-hans"},"chat":{"id":5000003,"type":"private","first_name":"甲","username":"alice"},"date":1795849885,"text":"那重新认定呢"}}','');
INSERT INTO "updates" VALUES(8,100000008,1.79584988517622518543e+09,'open',0,0,'{"update_id":100000008,"message":{"message_id":4,"from":{"id":5000002,"is_bot":false,"first_name":"王","language_code":"zh-hans"},"chat":{"id":-1000000004002,"type":"supergroup","title":"工作群"},"date":1795849885,"text":"第二次答复","reply_to_message":{"message_id":1,"from":{"id":987654321,"is_bot":true,"first_name":"政策助手","username":"policy_test_bot"},"chat":{"id":-1000000004002,"type":"supergroup","title":"工作群"},"date":1795849885,"text":"【工单 #1】\n问题：武汉的人才住房怎么申请\n机器人的回答：没有规定\n这之前问过：\n• 首次认定的高企补贴多少 → 4.2 完善新兴产业培育机制（提问人说不好）\n回复这条消息即可答复，可以多次；改自己的答复会一起改；处理完请回复 /close。","link_preview_options":{"is_disabled":true}}}}','');
INSERT INTO "updates" VALUES(9,100000009,1.79584988517748641969e+09,'aside',0,0,'{"update_id":100000009,"message":{"message_id":1,"from":{"id":5000003},"chat":5,"text":"读不了"}}','unreadable: AttributeError');
CREATE INDEX updates_by_state ON updates (state, seq);
CREATE INDEX questions_by_asker ON questions (asker);
CREATE INDEX questions_by_day ON questions (day);
CREATE INDEX feedback_by_question ON feedback (update_id);
CREATE INDEX tickets_by_state ON tickets (state, id);
CREATE INDEX tickets_by_person ON tickets (person, opened);
CREATE INDEX ticket_answers_by_ticket ON ticket_answers (ticket);
CREATE INDEX ticket_openings_by_asker ON ticket_openings (asker, at);
COMMIT;
