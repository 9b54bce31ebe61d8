-- What the source has in the judged month is in noegletal and in rar_status, for each kommune: a
-- row here is a kommune whose parts all have a figure, and whose nøgletal or line has none.

with kommuner as (
    select kommune_kode from {{ ref('dim_kommune') }}
),

ydelser as (
    select
        tabel_id,
        maaling_navn,
        dimensioner,
        omraade_kode,
        maaned
    from {{ ref('fct_ydelser') }}
    where
        status = 'A'
        and maaned >= (
            select min(noegletal.maaned) from {{ ref('noegletal') }} as noegletal
            where noegletal.er_bedoemt
        )
),

led as (
    select
        led.noegletal_id,
        led.tabel_id,
        led.maaling_navn,
        coalesce(led.dimensioner, '') as dimensioner,
        count(*) over (partition by led.noegletal_id) as antal_dele
    from {{ ref('noegletal_led') }} as led
    inner join {{ ref('noegletal_definitioner') }} as definitioner
        on led.noegletal_id = definitioner.noegletal_id
    where (definitioner.naevner_art = 'kildens_procent') = (led.led = 'procent')
),

bedoemt as (
    select distinct
        noegletal_id,
        maaned
    from {{ ref('noegletal') }}
    where er_bedoemt
),

hele_noegletal as (
    select
        led.noegletal_id as hvad,
        ydelser.omraade_kode as kommune_kode
    from led
    inner join bedoemt
        on led.noegletal_id = bedoemt.noegletal_id
    inner join ydelser
        on
            led.tabel_id = ydelser.tabel_id
            and led.maaling_navn = ydelser.maaling_navn
            and led.dimensioner = ydelser.dimensioner
            and bedoemt.maaned = ydelser.maaned
    semi join kommuner
        on ydelser.omraade_kode = kommuner.kommune_kode
    group by led.noegletal_id, ydelser.omraade_kode
    having count(*) = max(led.antal_dele)
),

vist_noegletal as (
    select
        noegletal.noegletal_id as hvad,
        noegletal.kommune_kode
    from {{ ref('noegletal') }} as noegletal
    inner join {{ ref('noegletal_definitioner') }} as definitioner
        on noegletal.noegletal_id = definitioner.noegletal_id
    where
        noegletal.er_bedoemt
        and noegletal.gruppe_art = 'land'
        and (
            noegletal.status in ('A', 'S')
            -- No population was fetched: that is for the table of people to say.
            or (definitioner.naevner_art like 'befolkning%' and noegletal.naevner is null)
        )
),

hele_linjer as (
    select
        linjer.linje_navn as hvad,
        ydelser.omraade_kode as kommune_kode
    from {{ ref('rar_linjer') }} as linjer
    inner join ydelser
        on
            linjer.tabel_id = ydelser.tabel_id
            and coalesce(linjer.dimensioner, '') = ydelser.dimensioner
    semi join kommuner
        on ydelser.omraade_kode = kommuner.kommune_kode
    where
        ydelser.maaling_navn = 'antal_fuldtidspersoner'
        and ydelser.maaned = (
            select max(status.maaned) from {{ ref('rar_status') }} as status
        )
),

viste_linjer as (
    select
        linje_navn as hvad,
        gruppe_id as kommune_kode
    from {{ ref('rar_status') }}
    where er_bedoemt and gruppe_art = 'kommune' and antal is not null
)

select * from hele_noegletal
except
select * from vist_noegletal
union all
(
    select * from hele_linjer
    except
    select * from viste_linjer
)
